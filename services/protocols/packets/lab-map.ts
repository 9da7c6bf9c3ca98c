import type { LabState, LinkState, Role } from '../../contract/index.ts'
import type { Flow } from './flow.ts'
import type { PacketRecord } from './record.ts'

/** The plan of the lab, as far as packets need it. The engine's state fits. */
export type LabPlaces = Readonly<{
  hosts: readonly Pick<LabState['hosts'][number], 'id' | 'address'>[]
  services: readonly Pick<LabState['services'][number], 'id' | 'role' | 'host'>[]
  links: readonly LinkState[]
}>

/** The two ends of a connection by name. */
export interface FlowEnds {
  /** Who opened it: a service, `client`, or the host or address where the plan knows no better. */
  readonly opener: string
  readonly openerRole: Role | 'client' | null
  readonly acceptor: string
  readonly acceptorRole: Role | null
  /** Null for connections that the topology does not plan. */
  readonly link: LinkState | null
}

/** More distinct pairs than a lab has; a flood of strangers must not fill the memory. */
const KNOWN_PAIRS = 4096

/** Who stands behind the ends of a connection. */
export class LabMap {
  /** Every name that a filter may say: hosts, services, both ends of links. */
  names: readonly string[] = []
  private places: LabPlaces = { hosts: [], services: [], links: [] }
  private readonly roles = new Map<string, Role>()
  private readonly pairs = new Map<string, FlowEnds>()

  constructor(places: LabPlaces) {
    this.move(places)
  }

  /** Takes another plan. Names and roles of those that are gone are kept: there are packets of theirs. */
  move({ hosts, services, links }: LabPlaces): void {
    this.places = { hosts, services, links }
    for (const { id, role } of services) this.roles.set(id, role)
    const ids = [...hosts, ...services].map(({ id }) => id)
    this.names = [...new Set([...this.names, ...ids, ...links.flatMap(({ from, to }) => [from, to])])]
    this.pairs.clear()
  }

  endsOf(record: PacketRecord): FlowEnds {
    const key = `${record.client.address} ${record.service}`
    const known = this.pairs.get(key)
    if (known !== undefined) return known
    const ends = this.findEnds(record)
    if (this.pairs.size >= KNOWN_PAIRS) this.pairs.clear()
    this.pairs.set(key, ends)
    return ends
  }

  roleOf(service: string): Role | null {
    return this.roles.get(service) ?? null
  }

  /** A connection between two services of the plan that was not recorded: ports of the caller are not known. */
  flowBetween(from: string, to: string): Flow {
    const { hosts, services, links } = this.places
    const hostOf = (service: string): string => services.find(({ id }) => id === service)?.host ?? service
    const addressOf = (host: string): string => hosts.find(({ id }) => id === host)?.address ?? ''
    return {
      connection: 0,
      transport: 'tcp',
      host: hostOf(to),
      peerHost: hostOf(from),
      client: { address: addressOf(hostOf(from)), port: 0 },
      server: { address: addressOf(hostOf(to)), port: 0 },
      opener: from,
      openerRole: this.roleOf(from),
      acceptor: to,
      acceptorRole: this.roleOf(to),
      link: links.find((link) => link.from === from && link.to === to) ?? null,
    }
  }

  /**
   * A sender's port says nothing, so the opener is the service on the sending host that has a link to the acceptor; where
   * two have one, the first of the plan.
   */
  private findEnds(record: PacketRecord): FlowEnds {
    const { hosts, services, links } = this.places
    const { address } = record.client
    const host = record.peerHost ?? hosts.find((one) => one.address === address)?.id ?? address
    const candidates = new Set([host, ...services.filter((one) => one.host === host).map(({ id }) => id)])
    const link = links.find((one) => one.to === record.service && candidates.has(one.from)) ?? null
    const opener = link?.from ?? record.peerService ?? host
    return {
      opener,
      openerRole: opener === 'client' ? 'client' : this.roleOf(opener),
      acceptor: record.service,
      acceptorRole: this.roleOf(record.service),
      link,
    }
  }
}
