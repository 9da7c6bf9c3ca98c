import type { WireFault, WireFaultOrder, WireFigures } from '../../../protocols/nic/faults.ts'
import { bandwidth } from './bandwidth.ts'
import { failNext } from './fail-next.ts'
import { FaultMeter } from './fault-meter.ts'
import type { Fault } from './fault.ts'
import { latency } from './latency.ts'
import { loss } from './loss.ts'
import { refuse } from './refuse.ts'
import { reset } from './reset.ts'
import { unplug } from './unplug.ts'

/** Who calls (null: a client), and whom. */
export interface WirePath {
  readonly peerHost: string | null
  readonly host: string
  readonly service: string
}

/** A fault that is set. */
export interface ActiveFault {
  readonly spec: WireFault
  readonly fault: Fault
  readonly meter: FaultMeter
}

export const NO_FAULTS: readonly ActiveFault[] = []

/** All faults of the network that are set. */
export class WireFaults {
  private active: readonly ActiveFault[] = NO_FAULTS
  private readonly changed: () => void

  /** `changed` is called after every change: what is under way must be looked at anew. */
  constructor(changed: () => void) {
    this.changed = changed
  }

  get any(): boolean {
    return this.active.length > 0
  }

  /** One with the same number gives way. */
  set(spec: WireFault): void {
    const meter = new FaultMeter()
    this.active = [...this.without(spec.fault), { spec, fault: makeFault(spec.order, meter), meter }]
    this.changed()
  }

  /** Does nothing when it is not there. */
  clear(fault: number): void {
    this.active = this.without(fault)
    this.changed()
  }

  /** What is on a path in one direction. */
  on(path: WirePath, out: boolean): readonly ActiveFault[] {
    return this.any ? this.active.filter(({ spec }) => isOn(spec, path, out)) : NO_FAULTS
  }

  /** What becomes of a new connection: its handshake goes both ways. */
  atConnect(path: WirePath): 'refuse' | 'silence' | null {
    if (!this.any) return null
    const found = [...this.on(path, false), ...this.on(path, true)]
    const silent = found.some(({ fault }) => fault.atConnect === 'silence')
    if (silent) return 'silence'
    return found.some(({ fault }) => fault.atConnect === 'refuse') ? 'refuse' : null
  }

  /** A connection on this path was refused, or nobody answers it. */
  noteConnect(path: WirePath, fate: 'refuse' | 'silence'): void {
    const found = new Set([...this.on(path, false), ...this.on(path, true)])
    for (const { fault, meter } of found) {
      if (fault.atConnect !== fate) continue
      if (fate === 'refuse') meter.refused += 1
      else meter.dropped += 1
    }
  }

  /** What becomes of everybody who calls a service of a host, whoever it is. */
  forAll(host: string, service: string): 'refuse' | 'silence' | null {
    const found = this.active.filter(({ spec: { place, direction } }) =>
      place.on === 'host' ? place.host === host && direction !== 'back' : place.only && place.service === service,
    )
    if (found.some(({ fault }) => fault.atConnect === 'silence')) return 'silence'
    return found.some(({ fault }) => fault.atConnect === 'refuse') ? 'refuse' : null
  }

  figures(): readonly WireFigures[] {
    return this.active.map(({ spec, meter }) => meter.figures(spec.fault))
  }

  private without(fault: number): readonly ActiveFault[] {
    return this.active.filter(({ spec }) => spec.fault !== fault)
  }
}

function isOn({ place, direction }: WireFault, { peerHost, host, service }: WirePath, out: boolean): boolean {
  const forward = direction !== 'back'
  const back = direction !== 'forward'
  if (place.on === 'link') return place.from === peerHost && place.service === service && (out ? back : forward)
  // What a host's services say to each other does not leave it.
  if (peerHost === host) return false
  if (place.host === host) return out ? back : forward
  // What the host says to others goes out of it, and their answers come in.
  return place.host === peerHost && (out ? forward : back)
}

function makeFault(order: WireFaultOrder, meter: FaultMeter): Fault {
  switch (order.kind) {
    case 'unplug':
      return unplug()
    case 'refuse':
      return refuse()
    case 'reset':
      return reset()
    case 'latency':
      return latency(order)
    case 'bandwidth':
      return bandwidth(order)
    case 'fail-next':
      return failNext(order)
    case 'loss':
      return loss(order, meter)
  }
}
