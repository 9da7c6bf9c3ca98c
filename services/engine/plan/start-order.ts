import type { PlannedService } from './lab-plan.ts'

/** Services whose place in the order is not written follow the data's way, backwards: what is asked starts first. */
const ROLE_ORDER = ['database', 'app-server', 'web-server', 'load-balancer', 'dns', 'resolver'] as const

/**
 * Sorts services so that each comes after those it names in `startAfter` and `startWhenReady`. Several processes start
 * at the same time: the order is that of their starts.
 */
export function startOrder(services: readonly PlannedService[]): readonly PlannedService[] {
  const byRole = [...services].sort((a, b) => ROLE_ORDER.indexOf(a.spec.role) - ROLE_ORDER.indexOf(b.spec.role))
  const byId = new Map(services.map((service) => [service.id, service]))
  const ordered = new Set<PlannedService>()
  const place = (service: PlannedService): void => {
    if (ordered.has(service)) return
    for (const id of [...(service.spec.startAfter ?? []), ...(service.spec.startWhenReady ?? [])]) {
      const earlier = byId.get(id)
      if (earlier) place(earlier)
    }
    ordered.add(service)
  }
  byRole.forEach(place)
  return [...ordered]
}

/** The way back: groups that may stop together, those that ask others first, so that nothing in flight is cut off. */
export function stopGroups(services: readonly PlannedService[]): readonly (readonly PlannedService[])[] {
  return [...ROLE_ORDER]
    .reverse()
    .map((role) => services.filter((service) => service.spec.role === role))
    .filter((group) => group.length > 0)
}
