import type { DesignedBalancer, ServerPair } from '../../contract/design.ts'
import type { ServiceSpecOf, Topology } from './schema.ts'

/** What can be said of a topology's balanced servers from the file alone. */

interface Found<Spec> {
  readonly host: string
  readonly id: string
  readonly spec: Spec
}

/** All services of a role, in the order of the file. */
export function servicesOf<R extends 'load-balancer' | 'web-server' | 'app-server'>(
  topology: Topology,
  role: R,
): readonly Found<ServiceSpecOf<R>>[] {
  return Object.entries(topology.hosts).flatMap(([host, { services }]) =>
    Object.entries(services).flatMap(([id, spec]) =>
      spec.role === role ? [{ host, id, spec: spec as ServiceSpecOf<R> }] : [],
    ),
  )
}

/** The hosts that hold a web server, its application server and nothing else, and stand behind a balancer. */
export function pairsOf(topology: Topology): readonly ServerPair[] {
  const balanced = new Set(
    servicesOf(topology, 'load-balancer').flatMap(({ spec }) => spec.servers.map(({ service }) => service)),
  )
  return servicesOf(topology, 'web-server').flatMap(({ host, id, spec }) => {
    const alone = Object.keys(topology.hosts[host]?.services ?? {}).every(
      (service) => service === id || service === spec.application,
    )
    return alone && balanced.has(id) ? [{ host, web: id, app: spec.application }] : []
  })
}

export function balancersOf(topology: Topology): readonly DesignedBalancer[] {
  return servicesOf(topology, 'load-balancer').map(({ id, spec }) => ({
    balancer: id,
    engine: spec.engine,
    algorithm: spec.algorithm,
    servers: spec.servers,
  }))
}
