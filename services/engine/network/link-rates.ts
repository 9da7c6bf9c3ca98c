import type { LinkRate, LinkState, ServiceState } from '../../contract/index.ts'
import type { LinkStats } from '../../protocols/nic/messages.ts'

interface Counted {
  readonly packets: number
  readonly bytes: number
}

const NOTHING: Counted = { packets: 0, bytes: 0 }

/** Turns the NIC's counters (since its start) into rates by link. */
export class LinkRates {
  private last = new Map<string, Counted>()
  private lastMs: number | null = null

  /** Rates since the last call; `nowMs` on any clock that does not jump. Links that were never used are left out. */
  take(
    stats: readonly LinkStats[],
    nowMs: number,
    links: readonly LinkState[],
    services: readonly Pick<ServiceState, 'id' | 'host'>[],
  ): readonly LinkRate[] {
    const seconds = this.lastMs === null ? 0 : (nowMs - this.lastMs) / 1000
    const rate = (now: number, before: number): number =>
      seconds <= 0 ? 0 : Math.max(0, Math.round((now - before) / seconds))
    const counted = new Map<string, Counted>()
    const rates = links.flatMap((link): readonly LinkRate[] => {
      const caller = link.from === 'client' ? null : (services.find(({ id }) => id === link.from)?.host ?? null)
      const found = stats.find(({ from, service }) => from === caller && service === link.to)
      if (found === undefined) return []
      const packets = found.packetsIn + found.packetsOut
      const bytes = found.bytesIn + found.bytesOut
      const before = this.last.get(link.id) ?? NOTHING
      counted.set(link.id, { packets, bytes })
      return [
        {
          link: link.id,
          packetsPerSecond: rate(packets, before.packets),
          bytesPerSecond: rate(bytes, before.bytes),
          connections: found.connections,
        },
      ]
    })
    this.last = counted
    this.lastMs = nowMs
    return rates
  }

  /** The NIC is another one and counts from nought. */
  clear(): void {
    this.last.clear()
  }
}
