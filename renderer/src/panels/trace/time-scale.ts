import type { Span } from './hop-pieces.ts'

export interface TimeScale {
  /** Where a moment stands, from 0 to 1. */
  at(ns: number): number
  readonly ticks: readonly { readonly ns: number; readonly at: number }[]
  /** Whether held time was shortened. */
  readonly shortened: boolean
}

/** Held time takes this part of the width for each time it was held, and never more than half of it together. */
const HELD_PART = 0.05
const MAX_HELD_PART = 0.5
/** About this many lines of time. */
const TICKS = 5

/**
 * A scale in proportion to time, but for what was held: a minute at a stop would leave nothing of the milliseconds
 * around it, so each hold gets the same small width.
 */
export function createTimeScale({ fromNs, toNs }: Span, held: readonly Span[]): TimeScale {
  const holds = union(held)
  const heldNs = holds.reduce((sum, span) => sum + span.toNs - span.fromNs, 0)
  const activeNs = Math.max(1, toNs - fromNs - heldNs)
  const share = holds.length === 0 ? 0 : Math.min(HELD_PART, MAX_HELD_PART / holds.length)
  const activeShare = 1 - share * holds.length

  function at(ns: number): number {
    let active = Math.min(Math.max(ns, fromNs), toNs) - fromNs
    let shares = 0
    for (const span of holds) {
      if (ns <= span.fromNs) break
      const passed = Math.min(ns, span.toNs) - span.fromNs
      active -= passed
      shares += (share * passed) / Math.max(1, span.toNs - span.fromNs)
    }
    return (active / activeNs) * activeShare + shares
  }

  const shortened = holds.length > 0
  return { at, shortened, ticks: shortened ? [] : ticksOf(fromNs, toNs).map((ns) => ({ ns, at: at(ns) })) }
}

function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = joined.at(-1)
    if (last && span.fromNs <= last.toNs) {
      joined[joined.length - 1] = { fromNs: last.fromNs, toNs: Math.max(last.toNs, span.toNs) }
    } else if (span.toNs > span.fromNs) joined.push(span)
  }
  return joined
}

/** Round numbers: 1, 2 or 5 times a power of ten apart. */
function ticksOf(fromNs: number, toNs: number): number[] {
  const rough = Math.max(1, (toNs - fromNs) / TICKS)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const count = Math.floor((toNs - fromNs) / step)
  return Array.from({ length: count + 1 }, (_, index) => fromNs + index * step)
}
