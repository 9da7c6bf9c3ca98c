import { httpOf, type HopDraft } from './hop-draft.ts'
import type { HopTiming } from './trace.ts'

interface Span {
  readonly fromNs: number
  readonly toNs: number
}

/** Where a hop's time went. `children` are the hops that its process made meanwhile. */
export function hopTiming(draft: HopDraft, children: readonly HopDraft[]): HopTiming {
  const { exchange } = draft
  if (exchange === null)
    return { openNs: null, requestNs: null, responseNs: null, waitNs: null, processNs: null, heldNs: 0, delayNs: 0 }
  const { startNs, requestEndNs, responseStartNs } = exchange
  const answerNs = responseStartNs ?? draft.endNs
  const openedNs = httpOf(draft)?.openedNs ?? null
  const waits = requestEndNs === null || answerNs === null ? null : { fromNs: requestEndNs, toNs: answerNs }
  const holds = exchange.holds.map(({ fromNs, toNs }) => ({ fromNs, toNs: toNs ?? Number.POSITIVE_INFINITY }))
  const { delays } = exchange
  const away = children.map((child) => ({ fromNs: child.startNs, toNs: child.goneNs ?? Number.POSITIVE_INFINITY }))
  return {
    openNs: openedNs === null ? null : startNs - openedNs,
    requestNs: requestEndNs === null ? null : requestEndNs - startNs,
    responseNs: responseStartNs === null || exchange.endNs === null ? null : exchange.endNs - responseStartNs,
    waitNs: waits === null ? null : lengthOf(waits),
    processNs: waits === null ? null : lengthOf(waits) - covered([...holds, ...away, ...delays], waits),
    heldNs: exchange.holds.reduce((sum, { fromNs, toNs }) => sum + (toNs === null ? 0 : toNs - fromNs), 0),
    // Packets of one message are on the way at the same time.
    delayNs: covered(delays, { fromNs: startNs, toNs: Number.POSITIVE_INFINITY }),
  }
}

/** An early answer begins before the request has ended: then nobody waited. */
function lengthOf({ fromNs, toNs }: Span): number {
  return Math.max(0, toNs - fromNs)
}

/** How much of `within` the spans cover together. */
function covered(spans: readonly Span[], within: Span): number {
  let total = 0
  let reachedNs = within.fromNs
  for (const { fromNs, toNs } of spans.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const start = Math.max(fromNs, reachedNs)
    const end = Math.min(toNs, within.toNs)
    if (end <= start) continue
    total += end - start
    reachedNs = end
  }
  return total
}
