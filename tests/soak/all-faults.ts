import { faultKindsOf, serviceFaultObstacle } from '../../services/contract/fault-support.ts'
import { faultSpec, type FaultSpec } from '../../services/contract/fault-order.ts'
import type { FaultKind, LabState } from '../../services/contract/index.ts'
import { oneOf } from './random.ts'

/** Every fault that can be set in a lab, with settings that hurt and end. */

/** Small enough that health checks notice some of them and miss others. */
const SETTINGS: { readonly [Kind in FaultKind]?: Readonly<Record<string, number | string>> } = {
  slow: { ms: 150 },
  'memory-limit': { mib: 128 },
  'error-rate': { failures: 1, of: 3 },
  'dns-wrong-answer': { address: '127.10.0.99' },
  latency: { ms: 70, jitterMs: 20 },
  bandwidth: { kibPerSecond: 64 },
  'fail-next': { count: 5 },
  loss: { percent: 20 },
}

/** Windows cannot stop a process half-way. */
const ACTIONS = { freeze: { supported: process.platform !== 'win32', reason: null } } as const

const DIRECTIONS = ['both', 'forward', 'back'] as const

/** Each kind of fault, with all the places it can be set at. */
export function allFaults(state: LabState, random: () => number): ReadonlyMap<FaultKind, readonly FaultSpec[]> {
  const byKind = new Map<FaultKind, FaultSpec[]>()
  const add = (kind: FaultKind, place: object): void => {
    const spec = faultSpec.parse({ fault: kind, ...place, ...SETTINGS[kind] })
    byKind.set(kind, [...(byKind.get(kind) ?? []), spec])
  }
  for (const service of state.services)
    for (const kind of faultKindsOf('service', service.role))
      if (serviceFaultObstacle(kind, service, ACTIONS) === null) add(kind, { target: 'service', service: service.id })
  if (state.network.state === 'unsupported') return byKind
  for (const { id } of state.hosts.filter(({ id: host }) => state.services.some((service) => service.host === host))) {
    add('power-off', { target: 'host', host: id })
    for (const kind of faultKindsOf('nic')) add(kind, { target: 'nic', host: id, direction: oneOf(DIRECTIONS, random) })
  }
  for (const { id } of state.links)
    for (const kind of faultKindsOf('link'))
      add(kind, { target: 'link', link: id, direction: oneOf(DIRECTIONS, random) })
  return byKind
}
