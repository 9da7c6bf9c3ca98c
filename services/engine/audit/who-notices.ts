import type { AuditComponent } from '../../contract/index.ts'
import type { Site } from '../../protocols/audit/site.ts'

/** As services/engine/balancer/balancer-watch.ts asks, and a little for its answer. */
const ASKED_EVERY_MS = 500
/** A check that gets no answer fails after so long (`timeout check` in services/protocols/haproxy-cfg/render.ts). */
const CHECK_LIMIT_MS = 2000
/** What a busy machine may add. */
const MARGIN_MS = 500

export interface Watched {
  readonly balancer: string
  readonly server: string
}

/**
 * The balancers that are still there, with those of their servers that a loss touches anywhere on their way to the
 * database: whether their health checks see it, the audit must wait to know.
 */
export function whoShouldNotice(site: Site, component: AuditComponent): readonly Watched[] {
  const missing = site.missingWithout(component)
  return [...site.services.keys()].flatMap((balancer) => {
    const spec = site.specOf(balancer, 'load-balancer')
    if (spec === null || missing.services.has(balancer)) return []
    return spec.servers
      .filter(
        ({ service }) => missing.links.has(`${balancer}>${service}`) || !site.reaches(service, 'database', missing),
      )
      .map(({ service }) => ({ balancer, server: service }))
  })
}

/** By then every health check has failed often enough, also where each of them waits for an answer that never comes. */
export function noticeLimitMs(site: Site): number {
  const checks = [...site.services.keys()].flatMap((id) => site.specOf(id, 'load-balancer')?.healthCheck ?? [])
  const slowest = Math.max(
    0,
    ...checks.map(({ intervalMs, fall }) => (intervalMs + CHECK_LIMIT_MS) * fall + intervalMs),
  )
  return slowest + ASKED_EVERY_MS + MARGIN_MS
}
