import { parseName, sameName } from '../../protocols/dns/index.ts'
import type { Held, HoldLostReason, NicReport } from '../../protocols/nic/messages.ts'
import { nowNs } from './clock.ts'

/** Which traces are held, and what is held of them now. Held things live with their connections; here is who may go on. */

/** Where a held message waits. */
export interface HeldPlace {
  /** Lets it go on. */
  release(): void
}

export interface DnsHold {
  readonly traceId: string
  readonly name: string
  readonly address: string
  readonly port: number | null
}

/** What a held message is, before it has its number. */
export type HeldMessage = Omit<Held, 'holdId' | 'timeNs'>

interface Entry {
  readonly held: Held
  readonly place: HeldPlace
}

export interface HoldsOwner {
  report(report: NicReport): void
  /** How long a packet was held. */
  wasHeld(no: number, ns: number): void
  /** Connections begin to look for messages, or stop to. */
  armedChanged(armed: boolean): void
}

export class Holds {
  private readonly owner: HoldsOwner
  private readonly traces = new Set<string>()
  private readonly dnsHolds: DnsHold[] = []
  private readonly entries = new Map<number, Entry>()
  private lastId = 0

  constructor(owner: HoldsOwner) {
    this.owner = owner
  }

  /** Whether any stream must be looked at. */
  get armed(): boolean {
    return this.traces.size > 0
  }

  hold(traceId: string): void {
    const before = this.armed
    this.traces.add(traceId)
    if (!before) this.owner.armedChanged(true)
  }

  /** Throws an `Error` with a sentence when `name` is no domain name. */
  holdDns(hold: DnsHold): void {
    this.dnsHolds.push({ ...hold, name: parseName(hold.name, '.') })
  }

  wants(traceId: string | null): boolean {
    return traceId !== null && this.traces.has(traceId)
  }

  get wantsDns(): boolean {
    return this.dnsHolds.length > 0
  }

  /** The trace that a question belongs to, or null. */
  traceOfQuestion(name: string, address: string, port: number): string | null {
    const found = this.dnsHolds.find(
      (hold) => hold.address === address && (hold.port === null || hold.port === port) && sameName(hold.name, name),
    )
    return found?.traceId ?? null
  }

  /** Holds a message at a place. Returns its number. */
  add(message: HeldMessage, place: HeldPlace): number {
    this.lastId += 1
    const held: Held = { holdId: this.lastId, ...message, timeNs: nowNs() }
    this.entries.set(held.holdId, { held, place })
    this.owner.report({ type: 'held', held })
    return held.holdId
  }

  /** Lets one message go on. Returns false when it is not held (any more). */
  release(holdId: number): boolean {
    const entry = this.entries.get(holdId)
    if (entry === undefined) return false
    this.entries.delete(holdId)
    const timeNs = nowNs()
    this.owner.wasHeld(entry.held.no, timeNs - entry.held.timeNs)
    this.owner.report({ type: 'released', holdId, timeNs })
    entry.place.release()
    return true
  }

  /** Lets all of a trace go on and holds nothing of it any more. */
  releaseAll(traceId: string): void {
    this.traces.delete(traceId)
    const others = this.dnsHolds.filter((hold) => hold.traceId !== traceId)
    this.dnsHolds.splice(0, this.dnsHolds.length, ...others)
    for (const { held } of [...this.entries.values()]) if (held.traceId === traceId) this.release(held.holdId)
    if (!this.armed) this.owner.armedChanged(false)
  }

  /** A held message will never arrive: one of the two sides is gone. */
  lost(holdId: number, reason: HoldLostReason): void {
    if (this.entries.delete(holdId)) this.owner.report({ type: 'holdLost', holdId, reason, timeNs: nowNs() })
  }

  /** The NIC ends: everything that waits is lost. */
  end(): void {
    for (const holdId of [...this.entries.keys()]) this.lost(holdId, 'nic-ends')
  }
}
