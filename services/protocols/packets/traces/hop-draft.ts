import type { Exchange, HttpExchange } from '../exchange.ts'
import type { PacketSummary } from '../summary.ts'
import type { HopFailure } from './trace.ts'

/** A hop while a trace is put together. */
export interface HopDraft {
  /** Null for a refused connection. */
  readonly exchange: Exchange | null
  readonly flow: PacketSummary['flow']
  readonly startNs: number
  /** When its last byte was seen, or its failure. */
  readonly endNs: number | null
  /** The same, or when its last packet arrived: a NIC may hold it, and a fault may keep it on the way. */
  readonly goneNs: number | null
  readonly refusal: PacketSummary | null
  parent: HopDraft | null
  attempt: number
  failed: HopFailure | null
}

export function draftExchange(exchange: Exchange): HopDraft {
  const endNs = exchange.endNs ?? exchange.failureNs
  const kept = [...exchange.holds, ...exchange.delays]
  const lastGone = kept.reduce<number | null>((last, { toNs }) => later(last, toNs), endNs)
  // A packet that is still held has not gone anywhere.
  const held = exchange.holds.some(({ toNs }) => toNs === null)
  return {
    exchange,
    flow: exchange.flow,
    startNs: exchange.startNs,
    endNs,
    goneNs: endNs === null || (held && exchange.failureNs === null) ? null : lastGone,
    refusal: null,
    parent: null,
    attempt: 1,
    failed: exchange.failure,
  }
}

export function draftRefusal(refusal: PacketSummary, parent: HopDraft): HopDraft {
  const { timeNs, flow } = refusal
  return {
    exchange: null,
    flow,
    startNs: timeNs,
    endNs: timeNs,
    goneNs: timeNs,
    refusal,
    parent,
    attempt: 1,
    failed: 'refused',
  }
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

export function httpOf(draft: HopDraft): HttpExchange | null {
  return draft.exchange?.kind === 'http' ? draft.exchange : null
}
