import type { FaultKind, FaultTarget } from './faults.ts'
import type { Engine, Role } from './names.ts'
import type { Capabilities } from './state.ts'

/** Which faults there are for what, and which of them cannot be done here: known before anybody tries. */

const PROCESS_FAULTS = ['kill', 'stop', 'freeze', 'crash-at-start'] as const
const WIRE_FAULTS = ['unplug', 'refuse', 'reset', 'latency', 'bandwidth', 'fail-next', 'loss'] as const
const REQUEST_FAULTS = ['slow', 'error-rate', 'memory-limit'] as const
const DNS_FAULTS = ['dns-wrong-answer', 'dns-servfail', 'dns-no-answer'] as const

/** The kinds that make sense on a target; on a service, for its role. */
export function faultKindsOf(target: 'service', role: Role): readonly FaultKind[]
export function faultKindsOf(target: Exclude<FaultTarget, 'service'>): readonly FaultKind[]
export function faultKindsOf(target: FaultTarget, role?: Role): readonly FaultKind[] {
  if (target === 'host') return ['power-off']
  if (target !== 'service') return WIRE_FAULTS
  const own: readonly FaultKind[] = role === 'database' ? ['disk-full'] : isDns(role) ? DNS_FAULTS : []
  return [...PROCESS_FAULTS, ...REQUEST_FAULTS, ...own]
}

function isDns(role: Role | undefined): boolean {
  return role === 'dns' || role === 'resolver'
}

/**
 * Why a fault cannot be set. `system`: this operating system cannot do it. `other-program`: the service is a real
 * HAProxy or the like, which takes no such order. `passes-on`: a balancer makes no answers of its own. `wrong-role`:
 * the kind is one of other roles.
 */
export const FAULT_OBSTACLES = ['system', 'other-program', 'passes-on', 'wrong-role', 'no-cards'] as const
export type FaultObstacle = (typeof FAULT_OBSTACLES)[number]

/** Null when it can be set. */
export function serviceFaultObstacle(
  kind: FaultKind,
  service: { readonly role: Role; readonly engine: Engine },
  actions: Pick<Capabilities['actions'], 'freeze'>,
): FaultObstacle | null {
  if (!faultKindsOf('service', service.role).includes(kind)) return 'wrong-role'
  if (kind === 'freeze') return actions.freeze.supported ? null : 'system'
  if (kind === 'kill' || kind === 'stop') return null
  if (service.role === 'load-balancer' && (kind === 'slow' || kind === 'error-rate')) return 'passes-on'
  return service.engine === 'builtin' ? null : 'other-program'
}

/** Of links, cards and hosts: null when it can be set. */
export function networkFaultObstacle(network: { readonly state: string }): FaultObstacle | null {
  return network.state === 'unsupported' ? 'no-cards' : null
}

/** For the command line and errors; the window has its own words. */
export const OBSTACLE_SENTENCES: Readonly<Record<FaultObstacle, string>> = {
  system: 'this operating system cannot freeze a process.',
  'other-program': 'it is a program that takes no such order. Use the built-in engine, or break its links.',
  'passes-on': 'a load balancer makes no answers of its own. Break a server behind it, or its link.',
  'wrong-role': 'services of this role have no such fault.',
  'no-cards': 'hosts have no network cards on this system.',
}
