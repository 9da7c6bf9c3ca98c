import type { TrafficFailure, TrafficLatency } from '../../contract/traffic.ts'
import { Histogram } from './histogram.ts'
import { failureOf, OK } from './outcomes.ts'

/** One request with its outcome. */
export interface Measured {
  readonly lagUs: number
  readonly latencyUs: number
  /** See outcomes.ts; never `PENDING`. */
  readonly outcome: number
  readonly status: number
  readonly release: number
  readonly chain: number
  readonly retried: number
}

/** A request that was sent later than this was not sent on schedule: several turns of a quiet event loop. */
export const LATE_MS = 10
/** When more of the requests than this were late, the machine did not hold the rate. */
const LATE_SHARE = 0.01

/** Counts requests in any order. */
export class Tally {
  private readonly slowUs: number
  private readonly latencies = new Histogram()
  private readonly lags = new Histogram()
  private readonly failures = new Map<TrafficFailure, number>()
  private readonly statusCounts = new Map<number, number>()
  private readonly releaseCounts = new Map<number, number>()
  private readonly chainCounts = new Map<number, number>()
  private late = 0
  done = 0
  succeeded = 0
  slow = 0
  retried = 0

  constructor(slowMs: number) {
    this.slowUs = slowMs * 1000
  }

  add(request: Measured): void {
    this.done += 1
    this.retried += request.retried
    this.lags.record(request.lagUs)
    if (request.lagUs > LATE_MS * 1000) this.late += 1
    if (request.outcome === OK) this.addSuccess(request)
    else this.addFailure(request)
  }

  private addSuccess(request: Measured): void {
    this.succeeded += 1
    this.latencies.record(request.latencyUs)
    if (request.latencyUs > this.slowUs) this.slow += 1
    increase(this.releaseCounts, request.release)
    increase(this.chainCounts, request.chain)
  }

  private addFailure({ outcome, status }: Measured): void {
    const failure = failureOf(outcome)
    if (failure !== null) increase(this.failures, failure)
    if (failure === 'status') increase(this.statusCounts, status)
  }

  get failed(): Readonly<Partial<Record<TrafficFailure, number>>> {
    return Object.fromEntries(this.failures)
  }

  get statuses(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.statusCounts)
  }

  /** Successes by release; `names` are the run's releases in the order of their numbers. */
  byRelease(names: readonly string[]): Readonly<Record<string, number>> {
    return named(this.releaseCounts, names)
  }

  byChain(names: readonly string[]): Readonly<Record<string, number>> {
    return named(this.chainCounts, names)
  }

  get latencyMs(): TrafficLatency | null {
    const { latencies } = this
    if (latencies.count === 0) return null
    const at = (percent: number): number => latencies.percentile(percent) / 1000
    return { p50: at(50), p95: at(95), p99: at(99), max: latencies.max / 1000 }
  }

  get lagMs(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const { lags } = this
    return { p50: lags.percentile(50) / 1000, p99: lags.percentile(99) / 1000, max: lags.max / 1000 }
  }

  /** Whether the machine fell behind: too many were sent late, or could not be sent. */
  get behind(): boolean {
    return this.late > this.done * LATE_SHARE || (this.failures.get('unsent') ?? 0) > 0
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function named(counts: ReadonlyMap<number, number>, names: readonly string[]): Readonly<Record<string, number>> {
  const sorted = [...counts].map(([index, count]) => [names[index] ?? '-', count] as const)
  return Object.fromEntries(sorted.sort(([a], [b]) => a.localeCompare(b)))
}
