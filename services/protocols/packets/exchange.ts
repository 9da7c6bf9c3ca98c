import type { PacketDelay as Delay, PacketHold as Hold } from '../../contract/network.ts'
import type { Flow } from './flow.ts'

import type { PacketSummary } from './summary.ts'

/** A question and its answer on one connection, filled in while their bytes go by. Times are those of the records. */

/** How an exchange went wrong: `closed` by an orderly end before the answer was complete. */
export type ExchangeFailure = 'reset' | 'closed' | 'refused' | 'malformed'

interface ExchangeBase {
  readonly flow: Flow
  /** When its first byte was seen. */
  readonly startNs: number
  /** When the question, the first byte of the answer and its last byte were seen. */
  requestEndNs: number | null
  responseStartNs: number | null
  endNs: number | null
  failure: ExchangeFailure | null
  failureNs: number | null
  /** When packets of it were held at the NIC. */
  readonly holds: Hold[]
  /** When packets of it were kept on the way by faults. */
  readonly delays: Delay[]
  /** The number of the trace it belongs to. */
  trace: number | null
  /** Its packets by number; kept up only once it belongs to a trace. */
  readonly packets: number[]
  /** Packets seen while it may yet turn out to belong to a trace; null once that is settled. */
  early: PacketSummary[] | null
}

export interface HttpExchange extends ExchangeBase {
  readonly kind: 'http'
  /** Whether the request is one of the libSQL remote protocol (Hrana over HTTP). */
  hrana: boolean
  method: string
  /** As sent. */
  target: string
  hostField: string | null
  traceId: string | null
  /** The parent id of `traceparent`: all requests that a program makes for one of its own carry the same. */
  spanId: string | null
  /** Whether the connection had carried a request before this one. */
  readonly reused: boolean
  /** When the connection was opened; null when that was not recorded. */
  readonly openedNs: number | null
  status: number | null
  reason: string
  contentType: string | null
  /** The values of `X-Served-By`, `X-Release` and `X-Database`. */
  servedBy: string | null
  release: string | null
  database: string | null
  /** SQL of a Hrana request; shortened. */
  readonly sql: string[]
  /** What the database said; null before the answer, or when it was no answer of the protocol. */
  outcome: HranaOutcome | null
}

export interface HranaOutcome {
  readonly rows: number
  readonly affected: number
  /** The first error's message. */
  readonly error: string | null
}

export interface DnsExchange extends ExchangeBase {
  readonly kind: 'dns'
  readonly id: number
  /** The name as people read it, without the final dot. */
  readonly name: string
  readonly type: string
  rcode: string | null
  truncated: boolean
  /** The data of the answer's records in words, addresses as they stand. */
  answers: readonly string[]
  ttlSeconds: number | null
  /** The trace that the question names itself, as the lab's browser and resolver do. */
  readonly traceId: string | null
  /** How long a resolver has had the answer in its cache; null: it was not from a cache. */
  ageSeconds: number | null
}

export type Exchange = HttpExchange | DnsExchange

/** Who wants to know of exchanges as they happen: what joins them to traces. */
export interface ExchangeSink {
  /** A request's head is complete: the moment to `settleTrace` it. */
  requested(exchange: HttpExchange): void
  /** An answer is complete, or will never be. */
  ended(exchange: HttpExchange): void
  /** A question or an answer of DNS went by. */
  asked(exchange: DnsExchange): void
  answered(exchange: DnsExchange): void
  /** Nobody listened: a connection that never was, and so carried no request. */
  refused(summary: PacketSummary): void
}

/** Takes a packet into its exchange, and with it into the exchange's trace. */
export function takePacket(exchange: Exchange, summary: PacketSummary): void {
  if (exchange.trace === null) {
    exchange.early?.push(summary)
    return
  }
  summary.trace ??= exchange.trace
  exchange.packets.push(summary.no)
}

/** A packet of this exchange was held; said again when its end is known. */
export function noteHold(exchange: Exchange, no: number, fromNs: number, toNs: number | null): void {
  const known = exchange.holds.findIndex((hold) => hold.no === no)
  if (known === -1) exchange.holds.push({ no, fromNs, toNs })
  else exchange.holds[known] = { no, fromNs, toNs }
}

/** The exchange turned out to belong to a trace, or (null) to none. */
export function settleTrace(exchange: Exchange, trace: number | null): void {
  const early = exchange.early ?? []
  exchange.early = null
  exchange.trace = trace
  if (trace !== null) early.forEach((summary) => takePacket(exchange, summary))
}
