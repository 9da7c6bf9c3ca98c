import type { Hold } from '../exchange.ts'
import type { Sentence } from './sentences.ts'

/** One request of the client and everything that it led to, as a client of the engine sees it. Plain data. */
export interface Trace {
  /** Small and rising: what a person and the filter call it. */
  readonly id: number
  /** 32 hexadecimal digits (W3C Trace Context). */
  readonly traceId: string
  /** Of the first request; null while only its name was looked up. */
  readonly url: string | null
  readonly status: number | null
  readonly startNs: number
  /** Null while something is still under way. */
  readonly endNs: number | null
  /** A page and what belongs to it, in the order in which they were asked for. */
  readonly requests: readonly TraceRequest[]
  /** In the order in which they began; a hop's `parent` stands before it. */
  readonly hops: readonly TraceHop[]
  /** What happened, in order, each to be told by one sentence. */
  readonly steps: readonly TraceStep[]
  /** Who took how long by itself, in the order of first mention. */
  readonly processes: readonly { readonly service: string; readonly ns: number }[]
  /** Numbers of its packets, rising. */
  readonly packets: readonly number[]
}

export interface TraceRequest {
  readonly method: string
  readonly url: string
  readonly status: number | null
  readonly startNs: number
  readonly endNs: number | null
}

export type HopFailure = 'refused' | 'reset' | 'closed' | 'malformed' | 'status'

export interface TraceHop {
  /** Index in `requests`; null for the look-up of the name. */
  readonly request: number | null
  /** Index of the hop whose process made this one. */
  readonly parent: number | null
  readonly from: string
  readonly to: string
  /** The link's id; null where the topology plans none. */
  readonly link: string | null
  readonly protocol: 'DNS' | 'HTTP' | 'Hrana'
  readonly startNs: number
  readonly endNs: number | null
  /** Null for datagrams, which need no connection. */
  readonly connection: 'new' | 'reused' | null
  readonly connectionNo: number
  /** `GET /guestbook`, `A www.foobar.com`; '' for a connection that was refused. */
  readonly requestLine: string
  readonly status: number | null
  /** `200 OK`, `NOERROR 127.10.0.10`; '' without an answer. */
  readonly answer: string
  readonly sql: readonly string[]
  /** 1, or more when the same process tried before and failed. */
  readonly attempt: number
  readonly failed: HopFailure | null
  /** False when it is only likely that the hop belongs to this trace: refused connections carry no trace id. */
  readonly certain: boolean
  readonly timing: HopTiming
  readonly holds: readonly Hold[]
  readonly note: Sentence
  readonly packets: readonly number[]
}

/** Where a hop's time went, in nanoseconds; null for what did not happen (yet). */
export interface HopTiming {
  /** From the opened connection to the first byte of the request; null on a reused one. */
  readonly openNs: number | null
  /** On the network: from first to last byte of the request, and of the answer. */
  readonly requestNs: number | null
  readonly responseNs: number | null
  /** From the last byte of the request to the first of the answer. */
  readonly waitNs: number | null
  /** The part of `waitNs` that the process `to` needed by itself: without its own hops, without holds. */
  readonly processNs: number | null
  /** Held at the NIC, both ways. */
  readonly heldNs: number
}

export interface TraceStep {
  readonly atNs: number
  /** Index in `hops`. */
  readonly hop: number
  readonly sentence: Sentence
}
