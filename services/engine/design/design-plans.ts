import {
  changeLabel,
  LabError,
  MAX_PAIRS,
  type AddBlock,
  type BalanceAlgorithm,
  type BalancePreset,
  type CapacitySetting,
  type ChangeLabel,
  type ServerPair,
} from '../../contract/index.ts'
import {
  nextPair,
  withAlgorithm,
  withoutHost,
  withPair,
  withAppServer,
  withServers,
  withWorkers,
  workersOf,
  type BalancedServer,
} from '../../protocols/topology/edit.ts'
import { pairsOf, servicesOf } from '../../protocols/topology/pairs.ts'
import type { ServiceSpecOf, Topology } from '../../protocols/topology/schema.ts'

/**
 * A change of the topology, there and back. Both ways are functions of the topology as it then is, so that what others
 * change in between stays.
 */
export interface DesignPlan {
  readonly label: ChangeLabel
  readonly forth: (topology: Topology) => Topology
  readonly back: (topology: Topology) => Topology
}

type BalancerSpec = ServiceSpecOf<'load-balancer'>

/** Why no pair can be added now; null where one can. */
export function addBlockOf(topology: Topology): AddBlock | null {
  const { length } = pairsOf(topology)
  return length >= MAX_PAIRS ? 'full' : length === 0 || nextPair(topology) === null ? 'no-pair' : null
}

/** Throws `PAIR_NO_MODEL`, `PAIR_LIMIT`. */
export function planAddPair(topology: Topology): DesignPlan & { readonly pair: ServerPair } {
  const block = addBlockOf(topology)
  if (block === 'full') throw new LabError('PAIR_LIMIT', { count: MAX_PAIRS })
  const next = nextPair(topology)
  if (next === null) throw new LabError('PAIR_NO_MODEL')
  const { host, web, app } = next
  return {
    pair: { host, web, app },
    label: changeLabel('addServerPair', { host }),
    forth: (now) => withPair(now, next),
    back: (now) => withoutHost(now, host),
  }
}

/** Throws `PAIR_UNKNOWN`, `PAIR_LAST`, `PAIR_NEEDED`. */
export function planRemovePair(topology: Topology, host: string): DesignPlan {
  const pairs = pairsOf(topology)
  const pair = pairs.find((one) => one.host === host)
  if (pair === undefined)
    throw new LabError('PAIR_UNKNOWN', { host, known: pairs.map((one) => one.host).join(', ') || '-' })
  for (const { id, spec } of servicesOf(topology, 'load-balancer')) {
    const rest = spec.servers.filter(({ service }) => service !== pair.web)
    if (rest.length < spec.servers.length && !rest.some(works)) throw new LabError('PAIR_LAST', { host, balancer: id })
  }
  const record = dnsRecordOf(topology, host)
  if (record !== null)
    throw new LabError('PAIR_NEEDED', { host, detail: `the zone's record "${record}" points at it.` })
  return {
    label: changeLabel('removeServerPair', { host }),
    forth: (now) => withoutHost(now, host),
    back: (now) => withHostAgain(now, topology, host),
  }
}

/** The host as it was, at its old place, known to whoever knew it. */
function withHostAgain(now: Topology, before: Topology, host: string): Topology {
  const order = Object.keys(before.hosts)
  const spec = before.hosts[host]
  if (spec === undefined) return now
  const hosts = [...Object.entries(now.hosts), [host, spec] as const]
  const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length)
  const sorted = hosts.toSorted(([one], [other]) => place(one) - place(other))
  const { faults } = before
  const together = { ...now, hosts: Object.fromEntries(sorted), ...(faults === undefined ? {} : { faults }) }
  const gone = new Set(Object.keys(spec.services))
  const balancers = servicesOf(before, 'load-balancer')
  return balancers.reduce((topology, { id, spec: old }) => withServersBack(topology, id, old, gone), together)
}

function withServersBack(topology: Topology, id: string, old: BalancerSpec, gone: ReadonlySet<string>): Topology {
  const now = balancerSpec(topology, id)
  if (now === null) return topology
  const inOrder = <Item>(items: readonly Item[], order: readonly string[], nameOf: (item: Item) => string): Item[] => {
    const place = (item: Item): number => (order.includes(nameOf(item)) ? order.indexOf(nameOf(item)) : order.length)
    return items.toSorted((a, b) => place(a) - place(b))
  }
  const back = <Item>(here: readonly Item[], before: readonly Item[], nameOf: (item: Item) => string): Item[] =>
    inOrder([...here, ...before.filter((item) => gone.has(nameOf(item)))], before.map(nameOf), nameOf)
  const servers = back(now.servers, old.servers, ({ service }) => service)
  const startWhenReady = back(now.startWhenReady ?? [], old.startWhenReady ?? [], (id) => id)
  const spec = { ...now, servers, ...(old.startWhenReady === undefined ? {} : { startWhenReady }) }
  const host = servicesOf(topology, 'load-balancer').find((one) => one.id === id)?.host ?? ''
  const place = topology.hosts[host]
  if (place === undefined) return topology
  return {
    ...topology,
    hosts: { ...topology.hosts, [host]: { ...place, services: { ...place.services, [id]: spec } } },
  }
}

/** Throws `BALANCER_UNKNOWN`, `DESIGN_NOTHING`. */
export function planAlgorithm(topology: Topology, wanted: string | undefined, algorithm: BalanceAlgorithm): DesignPlan {
  const { id, spec } = findBalancer(topology, wanted)
  if (spec.algorithm === algorithm) throw new LabError('DESIGN_NOTHING')
  return {
    label: changeLabel('setAlgorithm', { algorithm, balancer: id }),
    forth: (now) => withAlgorithm(now, id, algorithm),
    back: (now) => withAlgorithm(now, id, spec.algorithm),
  }
}

/** Throws `BALANCER_UNKNOWN`, `SERVER_NOT_BALANCED`, `SERVER_LAST_ACTIVE`, `DESIGN_NOTHING`. */
export function planServer(
  topology: Topology,
  order: { readonly balancer?: string | undefined; readonly server: string },
  change: { readonly weight: number } | { readonly backup: boolean },
): DesignPlan {
  const { id, spec } = findBalancer(topology, order.balancer)
  const before = findServer(id, spec, order.server)
  const names = { server: order.server, balancer: id }
  const label =
    'weight' in change
      ? changeLabel('setServerWeight', { ...names, weight: change.weight })
      : changeLabel(change.backup ? 'setServerBackup' : 'setServerActive', names)
  return serversPlan(label, id, spec, [{ ...before, ...change }], order.server)
}

/** Throws `BALANCER_UNKNOWN`, `SERVER_NOT_BALANCED`, `DESIGN_NOTHING`. */
export function planPreset(
  topology: Topology,
  wanted: string | undefined,
  preset: BalancePreset,
  active: string | undefined,
): DesignPlan {
  const { id, spec } = findBalancer(topology, wanted)
  const chosen = active ?? spec.servers.find((server) => works(server))?.service ?? spec.servers[0]?.service ?? ''
  const first = findServer(id, spec, chosen).service
  const passive = preset === 'activePassive'
  const servers = spec.servers.map((server) => ({ ...server, backup: passive && server.service !== first }))
  const label = changeLabel(preset, passive ? { server: first, balancer: id } : { balancer: id })
  return serversPlan(label, id, spec, servers, first)
}

function serversPlan(
  label: ChangeLabel,
  balancer: string,
  spec: BalancerSpec,
  servers: readonly BalancedServer[],
  named: string,
): DesignPlan {
  const changed = new Map(servers.map((server) => [server.service, server]))
  const after = spec.servers.map((server) => changed.get(server.service) ?? server)
  if (JSON.stringify(after) === JSON.stringify(spec.servers)) throw new LabError('DESIGN_NOTHING')
  if (!after.some(({ weight }) => weight > 0) || after.every(({ backup }) => backup))
    throw new LabError('SERVER_LAST_ACTIVE', { server: named, balancer })
  const before = spec.servers.filter(({ service }) => changed.has(service))
  return {
    label,
    forth: (now) => withServers(now, balancer, servers),
    back: (now) => withServers(now, balancer, before),
  }
}

/** Null: it is so already. Throws `CAPACITY_NOT_APP`. */
export function planWorkers(topology: Topology, app: string, setting: CapacitySetting | null): DesignPlan | null {
  const apps = servicesOf(topology, 'app-server')
  const spec = apps.find(({ id }) => id === app)?.spec
  if (spec === undefined)
    throw new LabError('CAPACITY_NOT_APP', { service: app, known: apps.map(({ id }) => id).join(', ') || '-' })
  const before = workersOf(spec)
  if (JSON.stringify(before) === JSON.stringify(setting)) return null
  return {
    label:
      setting === null
        ? changeLabel('unmodelWorkers', { service: app })
        : changeLabel('setWorkers', { service: app, workers: setting.workers }),
    forth: (now) => withWorkers(now, app, setting),
    back: (now) => withAppServer(now, app, spec),
  }
}

/** Throws `DESIGN_NOTHING`. */
export function planReset(topology: Topology, shipped: Topology): DesignPlan {
  if (JSON.stringify(topology) === JSON.stringify(shipped)) throw new LabError('DESIGN_NOTHING')
  return { label: changeLabel('resetDesign'), forth: () => shipped, back: () => topology }
}

function works({ weight, backup }: BalancedServer): boolean {
  return weight > 0 && !backup
}

function balancerSpec(topology: Topology, id: string): BalancerSpec | null {
  return servicesOf(topology, 'load-balancer').find((one) => one.id === id)?.spec ?? null
}

/** The only one, where none is named. */
function findBalancer(
  topology: Topology,
  wanted: string | undefined,
): { readonly id: string; readonly spec: BalancerSpec } {
  const all = servicesOf(topology, 'load-balancer')
  const found = wanted === undefined && all.length === 1 ? all[0] : all.find(({ id }) => id === wanted)
  if (found) return found
  throw new LabError('BALANCER_UNKNOWN', { balancer: wanted ?? '', known: all.map(({ id }) => id).join(', ') || '-' })
}

function findServer(balancer: string, spec: BalancerSpec, server: string): BalancedServer {
  const found = spec.servers.find(({ service }) => service === server)
  if (found) return found
  const known = spec.servers.map(({ service }) => service).join(', ')
  throw new LabError('SERVER_NOT_BALANCED', { server, balancer, known })
}

function dnsRecordOf(topology: Topology, host: string): string | null {
  for (const { services } of Object.values(topology.hosts)) {
    for (const spec of Object.values(services)) {
      const record = spec.role === 'dns' ? spec.records.find((one) => one.host === host) : undefined
      if (record !== undefined) return record.name
    }
  }
  return null
}
