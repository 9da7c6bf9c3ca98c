import type { CapacitySetting } from '../../contract/capacity.ts'
import type { ServerPair } from '../../contract/design.ts'
import type { BalanceAlgorithm } from '../../contract/names.ts'
import type { FaultInFile } from './fault-schema.ts'
import { pairsOf, servicesOf } from './pairs.ts'
import type { ServiceSpec, ServiceSpecOf, Topology } from './schema.ts'

/** Changes of a topology, each as a new topology. What they name has been checked by whoever calls. */

type BalancerSpec = ServiceSpecOf<'load-balancer'>
export type BalancedServer = BalancerSpec['servers'][number]

/** How far behind the last pair's address a free one is looked for. */
const ADDRESS_TRIES = 200
const LARGEST_OCTET = 254

/** A pair that would be like the last one, with the next free number and address; null where there is none to take after. */
export function nextPair(
  topology: Topology,
): (ServerPair & { readonly model: ServerPair; readonly address: string }) | null {
  const pairs = pairsOf(topology)
  const model = pairs.at(-1)
  if (model === undefined) return null
  const address = freeAddress(topology, pairs)
  if (address === null) return null
  const taken = new Set(Object.entries(topology.hosts).flatMap(([id, { services }]) => [id, ...Object.keys(services)]))
  for (let number = pairs.length + 1; ; number += 1) {
    const names = [model.host, model.web, model.app].map((name) => numbered(name, number))
    const [host = '', web = '', app = ''] = names
    if (!names.some((name) => taken.has(name))) return { host, web, app, model, address }
  }
}

function numbered(name: string, number: number): string {
  return `${name.replace(/-?\d+$/, '')}-${number}`
}

function freeAddress(topology: Topology, pairs: readonly ServerPair[]): string | null {
  const used = new Set([topology.client.address, ...Object.values(topology.hosts).map(({ address }) => address)])
  const octets = pairs.flatMap(({ host }) => topology.hosts[host]?.address.split('.').map(Number) ?? [])
  const network = topology.hosts[pairs[0]?.host ?? '']?.address.split('.').slice(0, 3).join('.') ?? '127.10.0'
  const last = Math.max(...octets.filter((_, index) => index % 4 === 3))
  for (let step = 1; step <= ADDRESS_TRIES; step += 1) {
    const address = `${network}.${((last + step - 1) % LARGEST_OCTET) + 1}`
    if (!used.has(address)) return address
  }
  return null
}

/** The pair with its own host, behind every balancer of its model; it starts when and after whom its model does. */
export function withPair(
  topology: Topology,
  { host, web, app, model, address }: NonNullable<ReturnType<typeof nextPair>>,
): Topology {
  const shown = topology.hosts[model.host]
  if (shown === undefined) return topology
  const renamed = new Map([
    [model.web, web],
    [model.app, app],
  ])
  const rename = (id: string): string => renamed.get(id) ?? id
  const services = Object.fromEntries(
    Object.entries(shown.services).map(([id, spec]) => [rename(id), renameIn(spec, rename)]),
  )
  const hosts = Object.entries(topology.hosts).flatMap(([id, spec]) => {
    const one = [id, { ...spec, services: mapServices(spec.services, (other) => joined(other, renamed)) }] as const
    // It stands beside its like, in the file too.
    return id === model.host ? [one, [host, { kind: spec.kind, address, services }] as const] : [one]
  })
  return { ...topology, hosts: Object.fromEntries(hosts) }
}

function renameIn(spec: ServiceSpec, rename: (id: string) => string): ServiceSpec {
  const waits = {
    ...(spec.startAfter === undefined ? {} : { startAfter: spec.startAfter.map(rename) }),
    ...(spec.startWhenReady === undefined ? {} : { startWhenReady: spec.startWhenReady.map(rename) }),
  }
  return spec.role === 'web-server'
    ? { ...spec, ...waits, application: rename(spec.application) }
    : { ...spec, ...waits }
}

/** Who knows the model (balances to it, waits for it) knows the new one as well. */
function joined(spec: ServiceSpec, renamed: ReadonlyMap<string, string>): ServiceSpec {
  const also = (ids: readonly string[]): string[] => [...ids, ...ids.flatMap((id) => renamed.get(id) ?? [])]
  const waits = {
    ...(spec.startWhenReady === undefined ? {} : { startWhenReady: also(spec.startWhenReady) }),
  }
  if (spec.role !== 'load-balancer') return spec
  const servers = spec.servers.flatMap((server) => {
    const service = renamed.get(server.service)
    return service === undefined ? [server] : [server, { service, weight: 1, backup: false }]
  })
  return { ...spec, ...waits, servers }
}

/** Without the host, and without a word of its services anywhere. */
export function withoutHost(topology: Topology, host: string): Topology {
  const gone = new Set(Object.keys(topology.hosts[host]?.services ?? {}))
  const rest = Object.entries(topology.hosts).filter(([id]) => id !== host)
  const hosts = rest.map(([id, spec]) => [
    id,
    { ...spec, services: mapServices(spec.services, (service) => forgetting(service, gone)) },
  ])
  const { faults } = topology
  const kept = faults?.filter((fault) => !isAbout(fault, host, gone))
  return {
    ...topology,
    hosts: Object.fromEntries(hosts) as Topology['hosts'],
    ...(kept === undefined ? {} : { faults: kept }),
  }
}

function isAbout(fault: FaultInFile, host: string, services: ReadonlySet<string>): boolean {
  if ('service' in fault) return services.has(fault.service)
  const ends = 'link' in fault ? (fault.link?.split('>') ?? []) : []
  return fault.host === host || ends.some((end) => services.has(end))
}

function forgetting(spec: ServiceSpec, gone: ReadonlySet<string>): ServiceSpec {
  const kept = (ids: readonly string[]): string[] => ids.filter((id) => !gone.has(id))
  const waits = {
    ...(spec.startAfter === undefined ? {} : { startAfter: kept(spec.startAfter) }),
    ...(spec.startWhenReady === undefined ? {} : { startWhenReady: kept(spec.startWhenReady) }),
  }
  if (spec.role !== 'load-balancer') return { ...spec, ...waits }
  return { ...spec, ...waits, servers: spec.servers.filter(({ service }) => !gone.has(service)) }
}

export function withAlgorithm(topology: Topology, balancer: string, algorithm: BalanceAlgorithm): Topology {
  return withBalancer(topology, balancer, (spec) => ({ ...spec, algorithm }))
}

/** The servers that are named get these weights and parts; the others stay as they are. */
export function withServers(topology: Topology, balancer: string, changed: readonly BalancedServer[]): Topology {
  const byService = new Map(changed.map((server) => [server.service, server]))
  return withBalancer(topology, balancer, (spec) => ({
    ...spec,
    servers: spec.servers.map((server) => byService.get(server.service) ?? server),
  }))
}

/** The modelled workers of an application server; null: nothing is modelled there any more. */
export function withWorkers(topology: Topology, app: string, setting: CapacitySetting | null): Topology {
  return mapTopology(topology, (spec, id) => {
    if (id !== app || spec.role !== 'app-server') return spec
    if (setting === null) return { ...spec, workers: undefined }
    return { ...spec, workers: setting.workers, costMs: setting.costMs, queue: setting.queueLimit }
  })
}

/** An application server with the settings that it had. */
export function withAppServer(topology: Topology, app: string, spec: ServiceSpecOf<'app-server'>): Topology {
  return mapTopology(topology, (now, id) => (id === app && now.role === 'app-server' ? spec : now))
}

/** How the workers of an application server are modelled; null: not at all. */
export function workersOf({ workers, costMs, queue }: ServiceSpecOf<'app-server'>): CapacitySetting | null {
  return workers === undefined ? null : { workers, costMs, queueLimit: queue }
}

/** The topology with the balancers of another one. */
export function withBalancersOf(topology: Topology, other: Topology): Topology {
  const specs = new Map(servicesOf(other, 'load-balancer').map(({ id, spec }) => [id, spec]))
  return mapTopology(topology, (spec, id) => specs.get(id) ?? spec)
}

function withBalancer(topology: Topology, balancer: string, change: (spec: BalancerSpec) => BalancerSpec): Topology {
  return mapTopology(topology, (spec, id) => (id === balancer && spec.role === 'load-balancer' ? change(spec) : spec))
}

function mapTopology(topology: Topology, change: (spec: ServiceSpec, id: string) => ServiceSpec): Topology {
  const hosts = Object.entries(topology.hosts).map(([id, host]) => [
    id,
    { ...host, services: mapServices(host.services, change) },
  ])
  return { ...topology, hosts: Object.fromEntries(hosts) as Topology['hosts'] }
}

function mapServices(
  services: Readonly<Record<string, ServiceSpec>>,
  change: (spec: ServiceSpec, id: string) => ServiceSpec,
): Record<string, ServiceSpec> {
  return Object.fromEntries(Object.entries(services).map(([id, spec]) => [id, change(spec, id)]))
}
