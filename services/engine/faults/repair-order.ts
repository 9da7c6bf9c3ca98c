import type { FaultState, FaultTarget } from '../../contract/index.ts'

/**
 * The network first and hosts next: a service that is started must find its callers and those it calls. Within a
 * target the youngest first, as whoever undoes something goes back.
 */
const TARGET_ORDER: readonly FaultTarget[] = ['link', 'nic', 'host', 'service']

export function repairOrder<Fault extends { readonly state: FaultState }>(faults: readonly Fault[]): readonly Fault[] {
  const rank = ({ state }: Fault): number => TARGET_ORDER.indexOf(state.spec.target)
  return [...faults].sort((a, b) => rank(a) - rank(b) || b.state.id - a.state.id)
}
