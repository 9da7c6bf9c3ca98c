import { LabError, type FaultSpec } from '../../../contract/index.ts'
import type { WireFault, WireFaultOrder, WireFigures, WirePlace } from '../../../protocols/nic/faults.ts'
import type { FaultDriver, FaultGround, Figures, SetFault, SpecOf } from '../fault-driver.ts'

/** Faults of links and network cards: the NIC does them. */

type NetworkSpec = Extract<FaultSpec, { target: 'link' | 'nic' }>
type NetworkKind = NetworkSpec['fault']

/** Which figures tell what a kind does. */
const FIGURES: Readonly<Record<NetworkKind, (figures: WireFigures) => Figures>> = {
  unplug: ({ dropped, passed }) => [
    { name: 'dropped', value: dropped },
    { name: 'passed', value: passed },
  ],
  refuse: ({ refused }) => [{ name: 'refused', value: refused }],
  reset: ({ reset, dropped }) => [
    { name: 'reset', value: reset },
    { name: 'dropped', value: dropped },
  ],
  latency: ({ delayMs, passed }) => [
    { name: 'delayMs', value: delayMs },
    { name: 'passed', value: passed },
  ],
  bandwidth: ({ bytesPerSecond, delayMs }) => [
    { name: 'bytesPerSecond', value: bytesPerSecond },
    { name: 'delayMs', value: delayMs },
  ],
  'fail-next': ({ reset, dropped, passed }) => [
    { name: 'failed', value: reset + dropped },
    { name: 'passed', value: passed },
  ],
  loss: ({ dropped, passed }) => [
    { name: 'dropped', value: dropped },
    { name: 'passed', value: passed },
  ],
}

const NOTHING_YET: Omit<WireFigures, 'fault'> = {
  delayMs: null,
  bytesPerSecond: null,
  refused: 0,
  reset: 0,
  dropped: 0,
  passed: 0,
}

const KIB = 1024
let lastFault = 0

function ofKind<Kind extends NetworkKind>(orderOf: (spec: SpecOf<Kind>) => WireFaultOrder): FaultDriver<Kind> {
  return {
    set: async (spec, ground) => {
      const network = spec as NetworkSpec
      return setOnWire(network.fault, placeOf(network, ground), network.direction, orderOf(spec), ground)
    },
  }
}

export const unplugFault = ofKind<'unplug'>(() => ({ kind: 'unplug' }))
export const refuseFault = ofKind<'refuse'>(() => ({ kind: 'refuse' }))
export const resetFault = ofKind<'reset'>(() => ({ kind: 'reset' }))
export const latencyFault = ofKind<'latency'>(({ ms, jitterMs }) => ({ kind: 'latency', ms, jitterMs }))
export const bandwidthFault = ofKind<'bandwidth'>(({ kibPerSecond }) => ({
  kind: 'bandwidth',
  bytesPerSecond: kibPerSecond * KIB,
}))
export const failNextFault = ofKind<'fail-next'>(({ count }) => ({ kind: 'fail-next', count }))
export const lossFault = ofKind<'loss'>(({ percent }) => ({ kind: 'loss', percent }))

/** The network card of a host goes dark: nothing comes in or out, and nobody is told. */
export function darken(host: string, ground: FaultGround): Promise<SetFault> {
  return setOnWire('unplug', { on: 'host', host }, 'both', { kind: 'unplug' }, ground)
}

async function setOnWire(
  kind: NetworkKind,
  place: WirePlace,
  direction: WireFault['direction'],
  order: WireFaultOrder,
  { network, events }: FaultGround,
): Promise<SetFault> {
  if (events.state.network.state === 'unsupported')
    throw new LabError('FAULT_UNSUPPORTED', {
      fault: kind,
      place: place.on === 'host' ? place.host : place.service,
      detail: 'this system has one loopback address only, so hosts have no network cards.',
    })
  lastFault += 1
  const fault = lastFault
  await network.faults.add({ fault, place, direction, order })
  return {
    clear: () => network.faults.clear(fault),
    measure: () => FIGURES[kind](network.faults.figuresOf(fault) ?? { fault, ...NOTHING_YET }),
  }
}

function placeOf(spec: NetworkSpec, { events }: FaultGround): WirePlace {
  if (spec.target === 'nic') return { on: 'host', host: spec.host }
  const { links, services } = events.state
  const link = links.find(({ id }) => id === spec.link)
  if (link === undefined)
    throw new LabError('LINK_UNKNOWN', { link: spec.link, known: links.map(({ id }) => id).join(', ') })
  const from = services.find(({ id }) => id === link.from)?.host ?? null
  const only = links.every(({ id, to }) => id === link.id || to !== link.to)
  return { on: 'link', from, service: link.to, only }
}
