import {
  TRAFFIC_FAILURES,
  type TrafficFailure,
  type TrafficResult,
  type TrafficSecond,
} from '../../../../services/contract/traffic.ts'

/** One line or band of a chart. */
export interface ChartSeries {
  readonly label: string
  /** Name of a token of styles/tokens.css. */
  readonly colour: string
  /** Lengths of strokes and gaps, in px; empty for a whole line. Lines differ by it where colours are not seen. */
  readonly dash: readonly number[]
}

/** Columns of equal length: times in ms from the run's start, then the values of each series. */
export type ChartData = readonly (readonly (number | null)[])[]

const SERIES_COLOURS = 6
/** Answers that name no release. */
const NAMELESS = '-'

const FAILURE_COLOURS: Readonly<Record<TrafficFailure, string>> = {
  status: '--state-red',
  refused: '--series-3',
  reset: '--series-5',
  timedOut: '--series-4',
  dns: '--series-6',
  unsent: '--state-neutral',
}

/** The releases that answered, oldest name first, and their colours. */
export function releaseSeries(result: TrafficResult, nameless: string): { keys: string[]; series: ChartSeries[] } {
  const keys = Object.keys(result.releases).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const series = keys.map((key, at) => ({
    label: key === NAMELESS ? nameless : key,
    colour: key === NAMELESS ? '--state-neutral' : `--series-${(at % SERIES_COLOURS) + 1}`,
    dash: [],
  }))
  return { keys, series }
}

/** The kinds of failure that happened. */
export function failureSeries(
  result: TrafficResult,
  label: (kind: TrafficFailure) => string,
): { keys: TrafficFailure[]; series: ChartSeries[] } {
  const keys = TRAFFIC_FAILURES.filter((kind) => (result.failed[kind] ?? 0) > 0)
  return { keys, series: keys.map((kind) => ({ label: label(kind), colour: FAILURE_COLOURS[kind], dash: [] })) }
}

/**
 * Bands on top of each other, the first key lowest, as the sums that a chart draws from the back (the whole) to the
 * front (the first key alone). Steps of one second; the last value is repeated where the last second ends.
 * `complete`: how many seconds are over; a second that goes on would look like a drop.
 */
export function stackedBands(
  seconds: readonly (TrafficSecond | undefined)[],
  keys: readonly string[],
  complete: number,
  pick: (second: TrafficSecond) => Readonly<Record<string, number | undefined>>,
): ChartData {
  const times = Array.from({ length: complete === 0 ? 0 : complete + 1 }, (_, at) => at * 1000)
  const sums = keys.map((_, lowest) =>
    times.map((_, at) => {
      const second = seconds[Math.min(at, complete - 1)]
      const counts = second ? pick(second) : {}
      return keys.slice(0, lowest + 1).reduce((sum, key) => sum + (counts[key] ?? 0), 0)
    }),
  )
  return [times, ...sums.toReversed()]
}

/** p50, p95 and p99 of each second, in the middle of it; a gap where none succeeded. */
export function latencyLines(seconds: readonly (TrafficSecond | undefined)[], complete: number): ChartData {
  const times = Array.from({ length: complete }, (_, at) => at * 1000 + 500)
  const line = (part: 'p50' | 'p95' | 'p99'): (number | null)[] =>
    times.map((_, at) => seconds[at]?.latencyMs?.[part] ?? null)
  return [times, line('p50'), line('p95'), line('p99')]
}
