import type { LinkState } from '../../contract/index.ts'
import type { Topology } from './schema.ts'

/** Who talks to whom, as the topology says. */
export function linksOf(topology: Topology): readonly LinkState[] {
  const services = Object.values(topology.hosts).flatMap((host) => Object.entries(host.services))
  const entryHosts = services
    .flatMap(([, spec]) => (spec.role === 'dns' ? spec.records : []))
    .filter((record) => record.name === 'www')
  const links: LinkState[] = []
  const add = (from: string, to: string, protocol: LinkState['protocol']): void => {
    links.push({ id: `${from}>${to}`, from, to, protocol })
  }
  const resolver = services.find(([, spec]) => spec.role === 'resolver')?.[0]
  if (resolver !== undefined) add('client', resolver, 'DNS')
  for (const [id, spec] of services) {
    if (spec.role === 'resolver') for (const server of spec.servers) add(id, server, 'DNS')
    if (spec.role === 'dns' && resolver === undefined) add('client', id, 'DNS')
  }
  for (const { host } of entryHosts) {
    const entry = host === undefined ? undefined : entryOf(topology, host)
    if (entry !== undefined) add('client', entry, 'HTTP')
  }
  for (const [id, spec] of services) {
    if (spec.role === 'load-balancer') for (const server of spec.servers) add(id, server.service, 'HTTP')
    if (spec.role === 'web-server') add(id, spec.application, 'HTTP')
    if (spec.role === 'app-server') add(id, spec.database, 'Hrana')
  }
  return links
}

function entryOf(topology: Topology, host: string): string | undefined {
  const services = Object.entries(topology.hosts[host]?.services ?? {})
  const entry =
    services.find(([, spec]) => spec.role === 'load-balancer') ??
    services.find(([, spec]) => spec.role === 'web-server')
  return entry?.[0]
}
