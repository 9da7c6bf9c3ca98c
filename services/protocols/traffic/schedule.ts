/**
 * When each request of an open-loop run is due. Nothing that the servers do changes it: that is what "open loop" means,
 * and why waiting cannot hide itself (Gil Tene calls the mistake "coordinated omission").
 */

export interface ScheduleSpec {
  /** Requests per second at the start; more than 0. */
  readonly rate: number
  /** Requests per second at the end; null for a constant rate. Needs `seconds`. */
  readonly rampTo: number | null
  /** null: until it is stopped. */
  readonly seconds: number | null
}

/** Moments are milliseconds since the run's start; requests are numbered from 0, in the order in which they are due. */
export class Schedule {
  readonly spec: ScheduleSpec
  /** How long requests are due; Infinity without an end. */
  readonly lengthMs: number
  /** How many are due in all; Infinity without an end. */
  readonly total: number
  /** The rate when time begins, per millisecond, and how much it grows in each. */
  private readonly start: number
  private readonly growth: number

  constructor(spec: ScheduleSpec) {
    this.spec = spec
    this.lengthMs = spec.seconds === null ? Infinity : spec.seconds * 1000
    this.start = spec.rate / 1000
    this.growth = spec.rampTo === null ? 0 : (spec.rampTo - spec.rate) / 1000 / this.lengthMs
    if (!Number.isFinite(this.growth) || (spec.rampTo !== null && spec.seconds === null))
      throw new RangeError('a ramp needs an end')
    this.total = this.lengthMs === Infinity ? Infinity : this.countBefore(this.lengthMs)
  }

  /**
   * The moment at which request `index` is due: index / rate, and on a ramp the moment at which the area below the rate
   * reaches `index` (start * t + growth * t^2 / 2 = index, solved without cancellation).
   */
  dueMs(index: number): number {
    if (this.growth === 0) return index / this.start
    const root = Math.sqrt(Math.max(0, this.start * this.start + 2 * this.growth * index))
    return (2 * index) / (this.start + root)
  }

  /** How many requests are due before this moment; so also the number of the first one that is due at it or later. */
  countBefore(ms: number): number {
    if (ms <= 0) return 0
    const at = Math.min(ms, this.lengthMs)
    let count = Math.ceil(this.start * at + (this.growth * at * at) / 2)
    // The two directions round differently; `dueMs` is the one that holds.
    while (count > 0 && this.dueMs(count - 1) >= at) count -= 1
    while (this.dueMs(count) < at) count += 1
    return count
  }

  /** Until the next one is due, or until the end for the last one: what request `index` says something about. */
  slotMs(index: number): number {
    return Math.min(this.dueMs(index + 1), this.lengthMs) - this.dueMs(index)
  }

  /** The longest time between two requests between these moments: how exactly the length of an outage can be told. */
  resolutionMs(fromMs: number, toMs: number): number {
    const rateAt = (ms: number): number => this.start + this.growth * Math.min(Math.max(ms, 0), this.lengthMs)
    return 1 / Math.min(rateAt(fromMs), this.growth === 0 ? this.start : rateAt(toMs))
  }
}
