import type { Trace, TraceHop } from '../../../../services/contract/index.ts'

export const PIECE_KINDS = ['open', 'request', 'process', 'wait', 'response', 'delay', 'held'] as const
/** `process`: the service worked by itself. `wait`: it waited for others. `delay`: a fault kept packets on the way. The rest is time on the network. */
export type PieceKind = (typeof PIECE_KINDS)[number]

export interface Span {
  readonly fromNs: number
  readonly toNs: number
}

export interface Piece extends Span {
  readonly kind: PieceKind
}

/** When a hop begins: with its connection, where it opened one. */
function beginOf({ hops }: Trace, index: number): number {
  const hop = hops[index]
  return hop ? hop.startNs - (hop.timing.openNs ?? 0) : 0
}

/** From the first to the last thing that is known of a trace, also while it is under way. */
export function extentOf(trace: Trace): Span {
  const starts = trace.hops.map((_, index) => beginOf(trace, index))
  const ends = trace.hops.flatMap(({ startNs, endNs, holds, delays }) => [
    endNs ?? startNs,
    ...holds.map(({ fromNs, toNs }) => toNs ?? fromNs),
    ...delays.map(({ toNs }) => toNs),
  ])
  return { fromNs: Math.min(trace.startNs, ...starts), toNs: Math.max(trace.endNs ?? trace.startNs, ...ends) }
}

/** When the answer was on its way: one that is held at the card of its own host leaves when it is let go. */
export function answerLeftNs({ endNs, timing, holds, delays }: TraceHop): number | null {
  if (endNs === null) return null
  const begunNs = endNs - (timing.responseNs ?? 0)
  const hold = holds.findLast(({ fromNs }) => fromNs >= begunNs)
  const arrivedNs = delays.reduce((last, { toNs }) => Math.max(last, toNs), endNs)
  if (!hold) return arrivedNs
  return hold.toNs === null ? null : Math.max(arrivedNs, hold.toNs)
}

/** Where the time of a hop went, in the order of time; what is not known yet is left out. */
export function piecesOf(trace: Trace, index: number): readonly Piece[] {
  const hop = trace.hops[index]
  if (!hop) return []
  const { timing } = hop
  const end = extentOf(trace).toNs
  const held = hop.holds.map(({ fromNs, toNs }) => ({ fromNs, toNs: toNs ?? end }))
  const delayed = merged(hop.delays)
  const kept = [...held, ...delayed]
  const pieces: Piece[] = []
  if (timing.openNs !== null) pieces.push({ kind: 'open', fromNs: hop.startNs - timing.openNs, toNs: hop.startNs })
  const requestEnd = hop.startNs + (timing.requestNs ?? 0)
  if (timing.requestNs !== null) pieces.push(...cut('request', { fromNs: hop.startNs, toNs: requestEnd }, kept))
  const waitEnd = timing.waitNs === null ? (hop.endNs ?? end) : requestEnd + timing.waitNs
  const wait = { fromNs: requestEnd, toNs: waitEnd }
  const away = trace.hops.flatMap((child, childIndex) =>
    child.parent === index
      ? [{ fromNs: beginOf(trace, childIndex), toNs: answerLeftNs(child) ?? child.endNs ?? end }]
      : [],
  )
  if (hop.failed !== 'refused') {
    pieces.push(...cut('process', wait, [...kept, ...away]))
    pieces.push(...away.flatMap((span) => cut('wait', overlap(span, wait), kept)))
  }
  if (timing.responseNs !== null) {
    pieces.push(...cut('response', { fromNs: waitEnd, toNs: waitEnd + timing.responseNs }, kept))
  }
  pieces.push(...delayed.flatMap((span) => cut('delay', span, held)))
  pieces.push(...held.map((span): Piece => ({ kind: 'held', ...span })))
  return pieces.filter(({ fromNs, toNs }) => toNs > fromNs).toSorted((a, b) => a.fromNs - b.fromNs)
}

/** Spans that lie over each other as one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const joined: { fromNs: number; toNs: number }[] = []
  for (const { fromNs, toNs } of spans.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = joined.at(-1)
    if (last !== undefined && fromNs <= last.toNs) last.toNs = Math.max(last.toNs, toNs)
    else joined.push({ fromNs, toNs })
  }
  return joined
}

function overlap(span: Span, within: Span): Span {
  return { fromNs: Math.max(span.fromNs, within.fromNs), toNs: Math.min(span.toNs, within.toNs) }
}

/** What is left of a span without the holes in it. */
function cut(kind: PieceKind, span: Span, holes: readonly Span[]): Piece[] {
  const rest: Piece[] = []
  let reached = span.fromNs
  for (const { fromNs, toNs } of holes.toSorted((a, b) => a.fromNs - b.fromNs)) {
    if (fromNs >= span.toNs) break
    if (fromNs > reached) rest.push({ kind, fromNs: reached, toNs: fromNs })
    reached = Math.max(reached, toNs)
  }
  if (reached < span.toNs) rest.push({ kind, fromNs: reached, toNs: span.toNs })
  return rest
}

/** Sums of one hop, in nanoseconds; null for what did not happen (yet). */
export interface HopSums {
  readonly processNs: number | null
  /** Opening, request and answer on their way, with what faults add. */
  readonly networkNs: number | null
  readonly heldNs: number
  readonly totalNs: number | null
}

export function sumsOf(trace: Trace, index: number): HopSums {
  const hop = trace.hops[index]
  if (!hop) return { processNs: null, networkNs: null, heldNs: 0, totalNs: null }
  const parts = piecesOf(trace, index).filter(
    ({ kind }) => kind === 'open' || kind === 'request' || kind === 'response' || kind === 'delay',
  )
  const known = hop.timing.requestNs !== null
  const leftNs = answerLeftNs(hop)
  return {
    processNs: hop.timing.processNs,
    networkNs: known ? parts.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0) : null,
    heldNs: hop.timing.heldNs,
    totalNs: leftNs === null ? null : leftNs - beginOf(trace, index),
  }
}
