/** The part of a run that charts show; all times in ms from the run's start. */

export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** `live` follows the end of a run that goes on; `whole` shows all of it; a span stays where it was put. */
export type TimeWindow = 'live' | 'whole' | TimeSpan

/** How much a window that follows shows. */
export const LIVE_MS = 60_000
/** Less than this is a handful of cells; a run shorter than this is shown on a scale of it. */
const MIN_SPAN_MS = 200
const MIN_WHOLE_MS = 5000

export function spanOf(window: TimeWindow, elapsedMs: number): TimeSpan {
  if (typeof window === 'object') return window
  const to = Math.max(MIN_WHOLE_MS, elapsedMs)
  return { from: window === 'live' ? Math.max(0, to - LIVE_MS) : 0, to }
}

/** Shows what was dragged over, whichever way; a click without a drag (below the smallest span) changes nothing. */
export function zoomTo(a: number, b: number): TimeSpan | null {
  const span = { from: Math.max(0, Math.min(a, b)), to: Math.max(a, b) }
  return span.to - span.from < MIN_SPAN_MS ? null : span
}

/** Shows `factor` times as much around a moment that stays in its place; not more than the whole run. */
export function zoomAround(span: TimeSpan, factor: number, at: number, elapsedMs: number): TimeWindow {
  const whole = spanOf('whole', elapsedMs)
  const length = Math.max(MIN_SPAN_MS, (span.to - span.from) * factor)
  if (length >= whole.to) return 'whole'
  const share = (at - span.from) / (span.to - span.from)
  return within({ from: at - share * length, to: at + (1 - share) * length }, whole.to)
}

/** Moves the span by so much (to later times when positive), within the run. */
export function pan(span: TimeSpan, byMs: number, elapsedMs: number): TimeSpan {
  return within({ from: span.from + byMs, to: span.to + byMs }, spanOf('whole', elapsedMs).to)
}

function within(span: TimeSpan, endMs: number): TimeSpan {
  const length = span.to - span.from
  const from = Math.max(0, Math.min(span.from, endMs - length))
  return { from, to: from + length }
}
