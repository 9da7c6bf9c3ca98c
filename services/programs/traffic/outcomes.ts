import { ColumnsBuilder, type TrafficBatch } from '../../protocols/traffic/batch.ts'
import type { Answer, Flight } from './flight.ts'

/** Names beyond this many are told as one: a server that makes up names must not fill the memory. */
const MOST_NAMES = 1000
const OTHER = 'other'

/** Collects outcomes until they are told. */
export class Outcomes {
  private readonly columns = new ColumnsBuilder()
  private readonly releases = new Names()
  private readonly chains = new Names()

  add(flight: Flight, endMs: number, outcome: number, answer: Answer | null): void {
    this.columns.add({
      index: flight.index,
      lagUs: Math.max(0, Math.round((flight.sentMs - flight.dueMs) * 1000)),
      latencyUs: Math.max(0, Math.round((endMs - flight.dueMs) * 1000)),
      outcome,
      status: answer?.status ?? 0,
      release: answer === null ? 0 : this.releases.numberOf(answer.release),
      chain: answer === null ? 0 : this.chains.numberOf(answer.chain),
      retried: flight.retried ? 1 : 0,
    })
  }

  /** What was added since the last time. */
  take(atMs: number, due: number, sent: number): TrafficBatch {
    const [columns, releases, chains] = [this.columns.take(), this.releases.takeNew(), this.chains.takeNew()]
    return { columns, releases, chains, atMs, due, sent }
  }
}

class Names {
  private readonly numbers = new Map<string, number>()
  private fresh: string[] = []

  numberOf(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    if (this.numbers.size >= MOST_NAMES && name !== OTHER) return this.numberOf(OTHER)
    const number = this.numbers.size
    this.numbers.set(name, number)
    this.fresh.push(name)
    return number
  }

  takeNew(): readonly string[] {
    return this.fresh.splice(0)
  }
}
