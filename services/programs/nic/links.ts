import type { LinkStats } from '../../protocols/nic/messages.ts'

/** What went over one link: from a host (or the client) to a service of another. */
export class LinkCounter {
  connections = 0
  packetsIn = 0
  packetsOut = 0
  bytesIn = 0
  bytesOut = 0

  count(out: boolean, bytes: number): void {
    if (out) {
      this.packetsOut += 1
      this.bytesOut += bytes
    } else {
      this.packetsIn += 1
      this.bytesIn += bytes
    }
  }
}

interface Link {
  readonly from: string | null
  readonly to: string
  readonly service: string
  readonly counter: LinkCounter
}

/** All links that were used since the start. */
export class Links {
  private readonly links = new Map<string, Link>()

  counter(from: string | null, to: string, service: string): LinkCounter {
    const key = `${from ?? ''} ${to} ${service}`
    let link = this.links.get(key)
    if (link === undefined) {
      link = { from, to, service, counter: new LinkCounter() }
      this.links.set(key, link)
    }
    return link.counter
  }

  stats(): LinkStats[] {
    return Array.from(this.links.values(), ({ from, to, service, counter }) => ({ from, to, service, ...counter }))
  }
}
