import type { PacketSummary } from '../summary.ts'
import { draftRefusal, httpOf, type HopDraft } from './hop-draft.ts'

/** Who made which request for whose sake, and which were second attempts. */

/** What a balancer may try again (HAProxy `retry-on all-retryable-errors`): an answer of these was not passed on. */
const RETRIED_STATUS: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Finds parents and attempts among the drafts of one trace, which are in the order of their beginning. */
export function relateHops(drafts: readonly HopDraft[]): void {
  drafts.forEach((draft, index) => {
    draft.parent = findParent(draft, drafts.slice(0, index))
  })
  drafts.forEach((draft, index) => countAttempts(draft, drafts.slice(0, index)))
}

/** The request that the sender was working on: the latest of the same span that had reached its process. */
function findParent(draft: HopDraft, earlier: readonly HopDraft[]): HopDraft | null {
  const own = httpOf(draft)
  if (own === null) return findAskingClient(draft, earlier)
  const candidates = earlier.filter((other) => {
    const http = httpOf(other)
    return http !== null && http.spanId === own.spanId && isWorking(other, draft.startNs) && reached(other, draft)
  })
  return candidates.at(-1) ?? null
}

/** A resolver's question: the client's question that it was working on. */
function findAskingClient(draft: HopDraft, earlier: readonly HopDraft[]): HopDraft | null {
  if (draft.exchange?.kind !== 'dns' || draft.flow.openerRole !== 'resolver') return null
  const asked = earlier.filter((other) => other.exchange?.kind === 'dns' && reached(other, draft))
  return asked.findLast((other) => isWorking(other, draft.startNs)) ?? null
}

/** Whether `earlier` went to the process that `later` comes from. */
function reached(earlier: HopDraft, later: HopDraft): boolean {
  if (later.flow.openerRole !== null) return earlier.flow.acceptor === later.flow.opener
  return later.flow.peerHost !== null && earlier.flow.host === later.flow.peerHost
}

function isWorking(draft: HopDraft, atNs: number): boolean {
  return draft.startNs <= atNs && (draft.goneNs === null || draft.goneNs >= atNs)
}

/** The same request by the same process for the same parent, after one that failed, is another attempt. */
function countAttempts(draft: HopDraft, earlier: readonly HopDraft[]): void {
  const own = httpOf(draft)
  if (own === null || own.hrana || draft.parent === null) return
  for (const other of earlier) {
    const http = httpOf(other)
    if (http === null || other.parent !== draft.parent) continue
    if (http.method !== own.method || http.target !== own.target) continue
    if (other.failed === null && http.status !== null && RETRIED_STATUS.has(http.status)) other.failed = 'status'
    if (other.failed !== null) draft.attempt += 1
  }
}

/**
 * Connections that were refused while a process was about to pass this trace's request on. They carried nothing that would
 * prove it: taken are those after which the process turned to another server, or answered that none was left.
 */
export function addRefusals(drafts: HopDraft[], refusals: readonly PacketSummary[]): HopDraft[] {
  const found = refusals.flatMap((refusal) => {
    const parent = drafts.find((draft) => isWaitingFor(draft, refusal, drafts))
    return parent === undefined ? [] : [draftRefusal(refusal, parent)]
  })
  const all = [...drafts, ...found].sort((a, b) => a.startNs - b.startNs)
  for (const refused of found)
    for (const draft of all)
      if (draft !== refused && draft.parent === refused.parent && draft.startNs >= refused.startNs) draft.attempt += 1
  return all
}

function isWaitingFor(draft: HopDraft, refusal: PacketSummary, drafts: readonly HopDraft[]): boolean {
  const http = httpOf(draft)
  const { timeNs, flow } = refusal
  if (http === null || draft.flow.acceptor !== flow.opener) return false
  const readyNs = http.requestEndNs
  const answerNs = http.responseStartNs ?? http.failureNs
  if (readyNs === null || readyNs > timeNs || (answerNs !== null && answerNs < timeNs)) return false
  const own = drafts.filter((other) => other.parent === draft)
  if (own.some((other) => isWorking(other, timeNs))) return false
  const turned = own.some((other) => other.startNs > timeNs && other.flow.acceptor !== flow.acceptor)
  return turned || (http.status !== null && RETRIED_STATUS.has(http.status))
}
