import type { HostState, Role } from '../../contract/index.ts'
import type { ServiceSpec, ServiceSpecOf, Topology } from '../../protocols/topology/schema.ts'
import type { AddressPlan } from './addresses.ts'
import { arePortsFree, isPortFree, nextFreePort, type Transport } from './ports.ts'

/** A topology with real addresses and ports: what the engine starts. */

export interface PlannedService<Spec extends ServiceSpec = ServiceSpec> {
  readonly id: string
  readonly host: string
  /** Another one when the design of the lab changes. */
  readonly spec: Spec
  /** Where others find it: the host's address, at its network card. */
  readonly address: string
  /** Where its process listens: behind the card; the same where hosts have no cards. */
  readonly listenAddress: string
  /** Changes when the planned one is taken. */
  port: number
  /** Of the runtime API, for load balancers; of the control port, for resolvers; else 0. */
  statsPort: number
}

export type PlannedOf<R extends Role> = PlannedService<ServiceSpecOf<R>>

export interface PortReplacement {
  readonly service: string
  readonly address: string
  readonly port: number
  readonly replacement: number
}

export class LabPlan {
  readonly clientAddress: string
  private present: Topology
  private planned: readonly PlannedService[]
  private readonly addresses: AddressPlan

  constructor(topology: Topology, addresses: AddressPlan) {
    this.present = topology
    this.addresses = addresses
    this.clientAddress = addresses.addressOf(topology.client.address)
    this.planned = placesOf(topology).map(({ host, address, id, spec }) => this.planService(host, address, id, spec))
  }

  get topology(): Topology {
    return this.present
  }

  get services(): readonly PlannedService[] {
    return this.planned
  }

  /**
   * Takes another topology. What stays keeps its ports and its identity and only gets its new settings; answers what is
   * new, with the ports of the file.
   */
  change(topology: Topology): readonly PlannedService[] {
    const known = new Map(this.planned.map((service) => [service.id, service]))
    const fresh: PlannedService[] = []
    this.planned = placesOf(topology).map(({ host, address, id, spec }) => {
      const stays = known.get(id)
      if (stays !== undefined && stays.host === host) return Object.assign(stays, { spec })
      const planned = this.planService(host, address, id, spec)
      fresh.push(planned)
      return planned
    })
    this.present = topology
    return fresh
  }

  private planService(host: string, address: string, id: string, spec: ServiceSpec): PlannedService {
    const controlPort = controlPortOf(spec)
    const statsPort = controlPort === 0 ? 0 : this.addresses.portOf(host, controlPort)
    return {
      id,
      host,
      spec,
      address: this.addresses.addressOf(address),
      listenAddress: this.addresses.innerAddressOf(address) ?? this.addresses.addressOf(address),
      port: this.addresses.portOf(host, spec.port),
      statsPort,
    }
  }

  /** The service with this id. The topology was checked, so a miss is a defect. */
  service(id: string): PlannedService {
    const found = this.services.find((service) => service.id === id)
    if (!found) throw new Error(`the plan has no service ${id}`)
    return found
  }

  ofRole<R extends Role>(role: R): readonly PlannedOf<R>[] {
    return this.services.filter((service): service is PlannedOf<R> => service.spec.role === role)
  }

  addressOfHost(host: string): string {
    const spec = this.topology.hosts[host]
    if (!spec) throw new Error(`the plan has no host ${host}`)
    return this.addresses.addressOf(spec.address)
  }

  /** Each host with the address behind its network card; null where hosts have none. */
  innerAddresses(): readonly { readonly host: string; readonly outer: string; readonly inner: string }[] | null {
    const places = Object.entries(this.topology.hosts).map(([host, { address }]) => {
      const inner = this.addresses.innerAddressOf(address)
      return inner === null ? null : { host, outer: this.addresses.addressOf(address), inner }
    })
    const known = places.filter((place) => place !== null)
    return known.length === places.length ? known : null
  }

  /** The same plan with other ports for some services: what a second set of processes is started by. */
  withPorts(ports: ReadonlyMap<string, number>): LabPlan {
    const services = this.services.map((service) => ({ ...service, port: ports.get(service.id) ?? service.port }))
    return Object.create(this, { planned: { value: services } }) as LabPlan
  }

  /** The service that visitors meet first: what listens on the host that `www` points at. */
  get entry(): PlannedService {
    const records = this.ofRole('dns').flatMap((dns) => dns.spec.records)
    const host = records.find((record) => record.name === 'www' && record.host !== undefined)?.host
    const onHost = this.services.filter((service) => service.host === host)
    const entry =
      onHost.find((service) => service.spec.role === 'load-balancer') ??
      onHost.find((service) => service.spec.role === 'web-server') ??
      this.services.find((service) => service.spec.role === 'load-balancer' || service.spec.role === 'web-server')
    if (!entry) throw new Error('the plan has nothing that visitors could ask')
    return entry
  }

  get entryUrl(): string {
    return `http://www.${this.topology.domain}:${this.entry.port}/`
  }

  get dns(): PlannedOf<'dns'> {
    const first = this.ofRole('dns')[0]
    if (!first) throw new Error('the plan has no DNS server')
    return first
  }

  /** The resolver that visitors ask; null where they ask the DNS server itself. */
  get resolver(): PlannedOf<'resolver'> | null {
    return this.ofRole('resolver')[0] ?? null
  }

  /** Whom visitors ask for names. */
  get nameServer(): PlannedService {
    return this.resolver ?? this.dns
  }

  hostStates(): readonly HostState[] {
    const client: HostState = { id: 'client', kind: 'client', address: this.clientAddress, release: null }
    const hosts = Object.entries(this.topology.hosts).map(([id, spec]): HostState => ({
      id,
      kind: spec.kind,
      address: this.addresses.addressOf(spec.address),
      release: null,
    }))
    return [client, ...hosts]
  }

  /** Moves services whose planned port is taken to the next free one. */
  async claimPorts(services = this.services): Promise<readonly PortReplacement[]> {
    const replaced = await Promise.all(services.map((service) => this.claimPort(service)))
    return replaced.flat()
  }

  private async claimPort(service: PlannedService): Promise<readonly PortReplacement[]> {
    const replacements: PortReplacement[] = []
    const { id, address } = service
    const transports = transportsOf(service.spec.role)
    const addresses = addressesOf(service)
    if (!(await arePortsFree(addresses, service.port, transports))) {
      const replacement = await nextFreePort(id, addresses, service.port, transports)
      replacements.push({ service: id, address, port: service.port, replacement })
      service.port = replacement
    }
    if (service.statsPort !== 0 && !(await isPortFree(address, service.statsPort, ['tcp']))) {
      const replacement = await nextFreePort(id, [address], service.statsPort, ['tcp'])
      replacements.push({ service: id, address, port: service.statsPort, replacement })
      service.statsPort = replacement
    }
    return replacements
  }
}

interface Place {
  readonly host: string
  readonly address: string
  readonly id: string
  readonly spec: ServiceSpec
}

function placesOf(topology: Topology): readonly Place[] {
  return Object.entries(topology.hosts).flatMap(([host, { address, services }]) =>
    Object.entries(services).map(([id, spec]) => ({ host, address, id, spec })),
  )
}

/** The second port that some services have; 0 where there is none. */
function controlPortOf(spec: ServiceSpec): number {
  if (spec.role === 'load-balancer') return spec.statsPort
  return spec.role === 'resolver' ? spec.controlPort : 0
}

/** Where a service needs its port: at the network card, and behind it. */
export function addressesOf({ address, listenAddress }: PlannedService): readonly string[] {
  return address === listenAddress ? [address] : [address, listenAddress]
}

export function transportsOf(role: Role): readonly Transport[] {
  return role === 'dns' || role === 'resolver' ? ['udp', 'tcp'] : ['tcp']
}
