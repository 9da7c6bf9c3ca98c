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
  /** Rates that are held one after the other, instead of all that; `seconds` is their sum. */
  readonly steps?: readonly RateStep[] | undefined
}

export interface RateStep {
  readonly rate: number
  readonly seconds: number
}

/** A step with where it begins. */
interface PlacedStep {
  readonly fromMs: number
  readonly fromIndex: number
  /** Requests per millisecond. */
  readonly perMs: number
}

/** `10x2,20x2`: rates and seconds. Null for text that is no such list. */
export function parseSteps(text: string): readonly RateStep[] | null {
  const steps = text.split(',').map((word) => {
    const match = /^([\d.]+)x([\d.]+)$/.exec(word)
    return { rate: Number(match?.[1]), seconds: Number(match?.[2]) }
  })
  return steps.every(({ rate, seconds }) => rate > 0 && seconds > 0) ? steps : null
}

/** Each step begins with a request, and holds as many as are due before its end. */
function placeSteps(steps: readonly RateStep[]): readonly PlacedStep[] {
  let [fromMs, fromIndex] = [0, 0]
  return steps.map(({ rate, seconds }) => {
    const placed = { fromMs, fromIndex, perMs: rate / 1000 }
    fromMs += seconds * 1000
    fromIndex += Math.ceil(rate * seconds)
    return placed
  })
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
  private readonly placed: readonly PlacedStep[]

  constructor(spec: ScheduleSpec) {
    this.spec = spec
    this.lengthMs = spec.seconds === null ? Infinity : spec.seconds * 1000
    this.start = spec.rate / 1000
    this.placed = placeSteps(spec.steps ?? [])
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
    if (this.placed.length > 0) {
      const { fromMs, fromIndex, perMs } = this.stepOf((step) => step.fromIndex <= index)
      return fromMs + (index - fromIndex) / perMs
    }
    if (this.growth === 0) return index / this.start
    const root = Math.sqrt(Math.max(0, this.start * this.start + 2 * this.growth * index))
    return (2 * index) / (this.start + root)
  }

  /** How many requests are due before this moment; so also the number of the first one that is due at it or later. */
  countBefore(ms: number): number {
    if (ms <= 0) return 0
    const at = Math.min(ms, this.lengthMs)
    const { fromMs, fromIndex, perMs } = this.stepOf((step) => step.fromMs < at)
    let count =
      this.placed.length > 0
        ? Math.ceil(fromIndex + (at - fromMs) * perMs)
        : Math.ceil(this.start * at + (this.growth * at * at) / 2)
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
    const rateAt = (ms: number): number =>
      this.placed.length > 0
        ? this.stepOf((step) => step.fromMs <= ms).perMs
        : this.start + this.growth * Math.min(Math.max(ms, 0), this.lengthMs)
    return 1 / Math.min(rateAt(fromMs), this.growth === 0 && this.placed.length === 0 ? this.start : rateAt(toMs))
  }

  /** The last step that fits; the first one when none does. */
  private stepOf(fits: (step: PlacedStep) => boolean): PlacedStep {
    return this.placed.findLast(fits) ?? this.placed[0] ?? { fromMs: 0, fromIndex: 0, perMs: this.start }
  }
}
