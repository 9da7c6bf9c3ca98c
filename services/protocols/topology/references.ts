import { faultKindsOf } from '../../contract/fault-support.ts'
import { linksOf } from './links.ts'
import type { ServiceSpec, Topology } from './schema.ts'

/** Mistakes that only show when the parts of a topology are held against each other. */

export interface Mistake {
  readonly path: readonly (string | number)[]
  readonly detail: string
}

interface Placed {
  readonly host: string
  readonly id: string
  readonly spec: ServiceSpec
  readonly path: readonly (string | number)[]
}

/** The mistakes of a topology that is well-formed by itself. Those that cause others are told alone. */
export function findMistakes(topology: Topology): readonly Mistake[] {
  const services = placeServices(topology)
  const clashes = [...addressMistakes(topology), ...identityMistakes(services)]
  if (clashes.length > 0) return clashes
  const references = services.flatMap((service) => referenceMistakes(service, services, topology))
  const faults = faultMistakes(topology, services)
  if (references.length === 0 && faults.length > 0) return faults
  return references.length > 0 ? references : [...circleMistakes(services), ...entryMistakes(services)]
}

function placeServices(topology: Topology): readonly Placed[] {
  return Object.entries(topology.hosts).flatMap(([host, hostSpec]) =>
    Object.entries(hostSpec.services).map(([id, spec]) => ({ host, id, spec, path: ['hosts', host, 'services', id] })),
  )
}

function addressMistakes(topology: Topology): readonly Mistake[] {
  const owners = new Map([[topology.client.address, 'the client']])
  return Object.entries(topology.hosts).flatMap(([host, { address }]) => {
    const owner = owners.get(address)
    owners.set(address, owner ?? host)
    return owner === undefined
      ? []
      : [{ path: ['hosts', host, 'address'], detail: `${address} is the address of ${owner} already` }]
  })
}

function identityMistakes(services: readonly Placed[]): readonly Mistake[] {
  const seen = new Map<string, string>()
  const ports = new Map<string, string>()
  return services.flatMap((service) => {
    const mistakes: Mistake[] = []
    const host = seen.get(service.id)
    if (host !== undefined)
      mistakes.push({ path: service.path, detail: `the name "${service.id}" is used on ${host} already` })
    seen.set(service.id, service.host)
    const used =
      service.spec.role === 'load-balancer'
        ? [service.spec.port, service.spec.statsPort]
        : service.spec.role === 'resolver'
          ? [service.spec.port, service.spec.controlPort]
          : [service.spec.port]
    for (const port of used) {
      const key = `${service.host}:${port}`
      const owner = ports.get(key)
      if (owner !== undefined)
        mistakes.push({
          path: [...service.path, 'port'],
          detail: `port ${port} on ${service.host} belongs to ${owner} already`,
        })
      ports.set(key, service.id)
    }
    return mistakes
  })
}

function referenceMistakes(service: Placed, services: readonly Placed[], topology: Topology): readonly Mistake[] {
  const wants = (
    id: string,
    role: ServiceSpec['role'] | null,
    path: readonly (string | number)[],
  ): readonly Mistake[] => {
    const found = services.find((candidate) => candidate.id === id)
    const fitting = services
      .filter((candidate) => role === null || candidate.spec.role === role)
      .map((candidate) => candidate.id)
    const known = fitting.length > 0 ? fitting.join(', ') : 'none'
    if (!found) return [{ path, detail: `there is no service "${id}"; known: ${known}` }]
    if (role !== null && found.spec.role !== role) return [{ path, detail: `"${id}" is no ${role}; known: ${known}` }]
    return []
  }
  const { spec, path } = service
  const after = (['startAfter', 'startWhenReady'] as const).flatMap((key) =>
    (spec[key] ?? []).flatMap((id, index) => wants(id, null, [...path, key, index])),
  )
  switch (spec.role) {
    case 'load-balancer':
      return [
        ...after,
        ...spec.servers.flatMap((server, index) =>
          wants(server.service, 'web-server', [...path, 'servers', index, 'service']),
        ),
      ]
    case 'web-server':
      return [
        ...after,
        ...wants(spec.application, 'app-server', [...path, 'application']),
        ...sameHost(service, services),
      ]
    case 'app-server':
      return [...after, ...wants(spec.database, 'database', [...path, 'database'])]
    case 'resolver':
      return [...after, ...spec.servers.flatMap((id, index) => wants(id, 'dns', [...path, 'servers', index]))]
    case 'dns':
      return [
        ...after,
        ...spec.records.flatMap((record, index) => recordMistakes(record, [...path, 'records', index], topology)),
      ]
    case 'database':
      return after
  }
}

/** A web server and its application server share the codebase, so they stand on one host. */
function sameHost(service: Placed, services: readonly Placed[]): readonly Mistake[] {
  if (service.spec.role !== 'web-server') return []
  const { application } = service.spec
  const app = services.find((candidate) => candidate.id === application)
  if (!app || app.host === service.host) return []
  return [
    {
      path: [...service.path, 'application'],
      detail: `"${application}" is on ${app.host}; a web server's application stands on the same host`,
    },
  ]
}

function recordMistakes(
  record: { type: string; host?: string | undefined; value?: string | undefined },
  path: readonly (string | number)[],
  topology: Topology,
): readonly Mistake[] {
  if ((record.host === undefined) === (record.value === undefined))
    return [{ path, detail: 'a record wants either "host" or "value"' }]
  if (record.host === undefined) return []
  if (record.type !== 'A')
    return [{ path: [...path, 'host'], detail: '"host" goes with type A only; other types want "value"' }]
  if (record.host in topology.hosts) return []
  return [
    {
      path: [...path, 'host'],
      detail: `there is no host "${record.host}"; known: ${Object.keys(topology.hosts).join(', ')}`,
    },
  ]
}

/** Each fault has one place, there is such a place, and it can have such a fault. */
function faultMistakes(topology: Topology, services: readonly Placed[]): readonly Mistake[] {
  const links = linksOf(topology).map(({ id }) => id)
  const hosts = Object.keys(topology.hosts)
  return (topology.faults ?? []).flatMap((fault, index): readonly Mistake[] => {
    const path = ['faults', index]
    const unknown = (key: string, what: string, id: string, known: readonly string[]): readonly Mistake[] =>
      known.includes(id)
        ? []
        : [{ path: [...path, key], detail: `there is no ${what} "${id}"; known: ${known.join(', ')}` }]
    if ('service' in fault) {
      const found = services.find(({ id }) => id === fault.service)
      if (found === undefined)
        return unknown(
          'service',
          'service',
          fault.service,
          services.map(({ id }) => id),
        )
      const kinds = faultKindsOf('service', found.spec.role)
      if (kinds.includes(fault.fault)) return []
      const detail = `"${fault.fault}" is no fault of a ${found.spec.role}; known: ${kinds.join(', ')}`
      return [{ path: [...path, 'fault'], detail }]
    }
    const [link, host] = ['link' in fault ? fault.link : undefined, fault.host]
    if ((link === undefined) === (host === undefined))
      return [{ path, detail: `"${fault.fault}" wants either "link" or "host"` }]
    return link === undefined ? unknown('host', 'host', host ?? '', hosts) : unknown('link', 'link', link, links)
  })
}

function circleMistakes(services: readonly Placed[]): readonly Mistake[] {
  const after = new Map(
    services.map(({ id, spec }) => [id, [...(spec.startAfter ?? []), ...(spec.startWhenReady ?? [])]]),
  )
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (after.get(from) ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))))
  const first = services.find((service) => reaches(service.id, service.id, new Set()))
  if (!first) return []
  const key = first.spec.startAfter === undefined ? 'startWhenReady' : 'startAfter'
  return [{ path: [...first.path, key], detail: `"${first.id}" would have to start after itself` }]
}

function entryMistakes(services: readonly Placed[]): readonly Mistake[] {
  const dns = services.filter((service) => service.spec.role === 'dns')
  if (dns.length === 0)
    return [{ path: ['hosts'], detail: 'no host has a service with the role "dns": visitors could not find the site' }]
  const names = dns
    .flatMap((service) => (service.spec.role === 'dns' ? service.spec.records : []))
    .map((record) => record.name)
  const first = dns[0]
  return first && !names.includes('www')
    ? [{ path: [...first.path, 'records'], detail: 'there is no record "www": visitors could not find the site' }]
    : []
}
