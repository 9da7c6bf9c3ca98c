import type { NicConfig, NicHost, NicPort } from '../../protocols/nic/config.ts'

export interface HostPort {
  readonly port: NicPort
  readonly host: NicHost
}

/** Who is who: the hosts by their addresses, the ports by their place in the configuration. */
export class Hosts {
  readonly ports: HostPort[] = []
  private readonly hosts: NicHost[]
  private readonly byAddress = new Map<string, string>()
  private readonly onlyServices = new Map<string, string | null>()

  constructor({ hosts, ports }: Pick<NicConfig, 'hosts' | 'ports'>) {
    this.hosts = []
    for (const host of hosts) this.addHost(host)
    for (const port of ports) this.add(port)
  }

  /** One that is known stays as it is. Throws a `RangeError` when an address of it belongs to another one. */
  addHost(host: NicHost): void {
    const { id, outer, inner } = host
    const owner = [outer, inner].map((address) => this.byAddress.get(address)).find((known) => known !== undefined)
    if (owner !== undefined && owner !== id) throw new RangeError(`${outer} or ${inner} belongs to ${owner}`)
    if (this.knows(id)) return
    this.hosts.push(host)
    this.byAddress.set(outer, id).set(inner, id)
  }

  /** Throws a `RangeError` when the host is not known. Indexes of ports never change. */
  add(port: NicPort): HostPort {
    const place = { port, host: requireHost(this.hosts, port.host) }
    this.ports.push(place)
    const known = this.onlyServices.get(port.host)
    this.onlyServices.set(port.host, known === undefined || known === port.service ? port.service : null)
    return place
  }

  knows(host: string): boolean {
    return this.hosts.some(({ id }) => id === host)
  }

  portAt(index: number): HostPort {
    const found = this.ports[index]
    if (found === undefined) throw new RangeError(`there is no port number ${index}`)
    return found
  }

  /** The host with this address, outer or inner; null for a client. */
  hostAt(address: string): string | null {
    return this.byAddress.get(address) ?? null
  }

  /** The service of a host that has only one: then it is known who sends. */
  onlyServiceOf(host: string | null): string | null {
    return host === null ? null : (this.onlyServices.get(host) ?? null)
  }
}

function requireHost(hosts: readonly NicHost[], id: string): NicHost {
  const host = hosts.find((candidate) => candidate.id === id)
  if (host === undefined) throw new RangeError(`there is no host ${id}`)
  return host
}
