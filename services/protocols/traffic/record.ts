import { TRAFFIC_CELL_MS, type TrafficResult } from '../../contract/traffic.ts'
import { growColumns, ColumnsBuilder, type TrafficBatch, type TrafficColumns } from './batch.ts'
import { Downtime } from './downtime.ts'
import { OK, PENDING } from './outcomes.ts'
import type { Schedule } from './schedule.ts'
import { Tally, type Measured } from './tally.ts'

/** The cells and seconds of which something changed. */
export interface TrafficChanges {
  readonly cells: ReadonlySet<number>
  readonly seconds: ReadonlySet<number>
}

/**
 * All that is kept of a run: every request's outcome in columns (20 bytes each), in the order in which they were due,
 * whatever the order in which outcomes came. Everything that is shown is computed from it.
 */
export class TrafficRecord {
  readonly schedule: Schedule
  readonly slowMs: number
  readonly releases: string[] = []
  readonly chains: string[] = []
  private columns: TrafficColumns = new ColumnsBuilder().take()
  /** Of the whole run, kept up to date because a live view asks for it all the time. */
  private readonly tally: Tally
  private readonly downtime = new Downtime()
  /** All requests before this one have their outcome and are in `downtime`. */
  private settled = 0
  private failedSlotsMs = 0
  private atMs = 0
  private dueCount = 0
  private sentCount = 0
  private endMs: number | null = null
  private changedCells = new Set<number>()
  private changedSeconds = new Set<number>()

  constructor(schedule: Schedule, slowMs: number) {
    this.schedule = schedule
    this.slowMs = slowMs
    this.tally = new Tally(slowMs)
  }

  /** How many requests were due until now. */
  get due(): number {
    return this.dueCount
  }

  get sent(): number {
    return this.sentCount
  }

  /** The moment of the run up to which it is known what was due. */
  get nowMs(): number {
    return this.atMs
  }

  /** All requests that were due before this moment have their outcome. */
  get settledMs(): number {
    return this.settled >= this.dueCount ? this.atMs : this.schedule.dueMs(this.settled)
  }

  take(batch: TrafficBatch): void {
    this.releases.push(...batch.releases)
    this.chains.push(...batch.chains)
    this.noteDue(batch)
    for (let row = 0; row < batch.columns.index.length; row += 1) this.takeRow(batch.columns, row)
    this.settle()
  }

  /** Nothing is due from this moment on. */
  finish(lengthMs: number): void {
    this.endMs = Math.min(lengthMs, this.schedule.lengthMs)
    this.atMs = this.endMs
  }

  private noteDue(batch: TrafficBatch): void {
    for (let second = Math.floor(this.atMs / 1000); second * 1000 < batch.atMs; second += 1)
      this.changedSeconds.add(second)
    this.atMs = batch.atMs
    this.dueCount = Math.max(this.dueCount, batch.due)
    this.sentCount = batch.sent
    const room = this.columns.index.length
    if (this.dueCount <= room) return
    this.columns = growColumns(this.columns, Math.max(this.dueCount, Math.ceil(room * GROWTH), SMALLEST_ROOM))
    this.columns.outcome.fill(PENDING, room)
  }

  private takeRow(from: TrafficColumns, row: number): void {
    const index = from.index[row] ?? 0
    const { columns } = this
    // An outcome is told once, and never of what was not due.
    if (index >= this.dueCount || columns.outcome[index] !== PENDING) return
    columns.lagUs[index] = from.lagUs[row] ?? 0
    columns.latencyUs[index] = from.latencyUs[row] ?? 0
    columns.outcome[index] = from.outcome[row] ?? PENDING
    columns.status[index] = from.status[row] ?? 0
    columns.release[index] = from.release[row] ?? 0
    columns.chain[index] = from.chain[row] ?? 0
    columns.retried[index] = from.retried[row] ?? 0
    const measured = this.requestAt(index)
    this.tally.add(measured)
    if (measured.outcome !== OK) this.failedSlotsMs += this.schedule.slotMs(index)
    const dueMs = this.schedule.dueMs(index)
    this.changedCells.add(Math.floor(dueMs / TRAFFIC_CELL_MS))
    this.changedSeconds.add(Math.floor(dueMs / 1000))
  }

  private settle(): void {
    const { outcome } = this.columns
    while (this.settled < this.dueCount && outcome[this.settled] !== PENDING) {
      this.downtime.add(outcome[this.settled] !== OK, this.schedule.slotMs(this.settled))
      this.settled += 1
    }
  }

  /** Null while it has no outcome. */
  at(index: number): Measured | null {
    return index < this.dueCount && this.columns.outcome[index] !== PENDING ? this.requestAt(index) : null
  }

  private requestAt(index: number): Measured {
    const { columns } = this
    return {
      lagUs: columns.lagUs[index] ?? 0,
      latencyUs: columns.latencyUs[index] ?? 0,
      outcome: columns.outcome[index] ?? PENDING,
      status: columns.status[index] ?? 0,
      release: columns.release[index] ?? 0,
      chain: columns.chain[index] ?? 0,
      retried: columns.retried[index] ?? 0,
    }
  }

  /** What changed since this was asked for the last time. */
  takeChanges(): TrafficChanges {
    const changes = { cells: this.changedCells, seconds: this.changedSeconds }
    this.changedCells = new Set()
    this.changedSeconds = new Set()
    return changes
  }

  /** The whole run so far; of the longest gap only what lies before the first request that has no outcome yet. */
  result(): TrafficResult {
    if (this.endMs !== null) return this.resultBetween(0, this.endMs)
    return this.describe(this.tally, {
      fromMs: 0,
      toMs: this.atMs,
      due: this.dueCount,
      sent: this.sentCount,
      downtimeMs: this.failedSlotsMs,
      longestGapMs: this.downtime.longestGapMs,
    })
  }

  /** The requests that were due from `fromMs` on and before `toMs` (milliseconds of the run), as far as the run went. */
  resultBetween(fromMs: number, toMs: number): TrafficResult {
    const from = Math.max(0, fromMs)
    const to = Math.max(from, Math.min(toMs, this.endMs ?? this.atMs))
    const [first, last] = [this.schedule.countBefore(from), Math.min(this.schedule.countBefore(to), this.dueCount)]
    const tally = new Tally(this.slowMs)
    const downtime = new Downtime()
    for (let index = first; index < last; index += 1) {
      const request = this.at(index)
      if (request !== null) tally.add(request)
      const slotMs = Math.min(this.schedule.dueMs(index + 1), to) - this.schedule.dueMs(index)
      downtime.add(request !== null && request.outcome !== OK, slotMs)
    }
    return this.describe(tally, {
      fromMs: from,
      toMs: to,
      due: last - first,
      sent: Math.min(last, this.sentCount) - Math.min(first, this.sentCount),
      downtimeMs: downtime.totalMs,
      longestGapMs: downtime.longestGapMs,
    })
  }

  /**
   * The successes whose answers ended between these moments, whenever they were due: what came through in that time. A
   * queue that fills does not look like throughput by it. `meanMs` is null without any.
   */
  completedBetween(
    fromMs: number,
    toMs: number,
    longestMs: number,
  ): { readonly count: number; readonly meanMs: number | null } {
    const first = this.schedule.countBefore(fromMs - longestMs)
    const last = Math.min(this.schedule.countBefore(toMs), this.dueCount)
    let [sum, count] = [0, 0]
    for (let index = first; index < last; index += 1) {
      const request = this.at(index)
      if (request?.outcome !== OK) continue
      const latencyMs = request.latencyUs / 1000
      const endMs = this.schedule.dueMs(index) + latencyMs
      if (endMs < fromMs || endMs >= toMs) continue
      sum += latencyMs
      count += 1
    }
    return { count, meanMs: count === 0 ? null : sum / count }
  }

  private describe(tally: Tally, span: Span): TrafficResult {
    const { fromMs, toMs, due, sent, downtimeMs, longestGapMs } = span
    return {
      rate: this.schedule.spec.rate,
      seconds: (toMs - fromMs) / 1000,
      due,
      sent,
      succeeded: tally.succeeded,
      failed: tally.failed,
      statuses: tally.statuses,
      pending: due - tally.done,
      downtimeMs,
      longestGapMs,
      resolutionMs: this.schedule.resolutionMs(fromMs, toMs),
      slow: tally.slow,
      latencyMs: tally.latencyMs,
      releases: tally.byRelease(this.releases),
      servers: tally.byChain(this.chains),
      retried: tally.retried,
      lagMs: tally.lagMs,
      behind: tally.behind,
    }
  }
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly due: number
  readonly sent: number
  readonly downtimeMs: number
  readonly longestGapMs: number
}

/** Columns grow by half: copying stays rare, and little of the memory unused. */
const GROWTH = 1.5
const SMALLEST_ROOM = 1024
