import { TRAFFIC_FAILURES, type TrafficFailure, type TrafficResult } from '../../../../services/contract/traffic.ts'

export const FIGURES = [
  'downtime',
  'longestGap',
  'failed',
  'slow',
  'p50',
  'p95',
  'p99',
  'max',
  'due',
  'sent',
  'succeeded',
  'pending',
  'retried',
  'lag',
] as const
export type FigureName = (typeof FIGURES)[number]

/** A line of the table: a figure of the run, and of a second one. Null where a run has none. */
export interface FigureRow {
  readonly name: FigureName
  /** Which failures, below their sum. */
  readonly kind: TrafficFailure | null
  readonly unit: 'ms' | 'count'
  readonly value: number | null
  readonly other: number | null
}

const COUNTS: ReadonlySet<FigureName> = new Set(['failed', 'slow', 'due', 'sent', 'succeeded', 'pending', 'retried'])

const READ: Readonly<Record<FigureName, (result: TrafficResult) => number | null>> = {
  downtime: ({ downtimeMs }) => downtimeMs,
  longestGap: ({ longestGapMs }) => longestGapMs,
  failed: ({ failed }) => Object.values(failed).reduce((sum, count) => sum + count, 0),
  slow: ({ slow }) => slow,
  p50: ({ latencyMs }) => latencyMs?.p50 ?? null,
  p95: ({ latencyMs }) => latencyMs?.p95 ?? null,
  p99: ({ latencyMs }) => latencyMs?.p99 ?? null,
  max: ({ latencyMs }) => latencyMs?.max ?? null,
  due: ({ due }) => due,
  sent: ({ sent }) => sent,
  succeeded: ({ succeeded }) => succeeded,
  pending: ({ pending }) => pending,
  retried: ({ retried }) => retried,
  lag: ({ lagMs }) => lagMs.max,
}

/** All figures in the order of their weight; failures by kind below their sum, only those that happened in either run. */
export function figureRows(result: TrafficResult, other: TrafficResult | null): readonly FigureRow[] {
  return FIGURES.flatMap((name) => {
    const row: FigureRow = {
      name,
      kind: null,
      unit: COUNTS.has(name) ? 'count' : 'ms',
      value: READ[name](result),
      other: other ? READ[name](other) : null,
    }
    return name === 'failed' ? [row, ...kindRows(result, other)] : [row]
  })
}

function kindRows(result: TrafficResult, other: TrafficResult | null): readonly FigureRow[] {
  return TRAFFIC_FAILURES.filter((kind) => (result.failed[kind] ?? 0) + (other?.failed[kind] ?? 0) > 0).map((kind) => ({
    name: 'failed',
    kind,
    unit: 'count',
    value: result.failed[kind] ?? 0,
    other: other ? (other.failed[kind] ?? 0) : null,
  }))
}
