import { sameName } from '../../dns/name.ts'
import {
  noteHold,
  settleTrace,
  type DnsExchange,
  type Exchange,
  type ExchangeSink,
  type HttpExchange,
} from '../exchange.ts'
import type { PacketSummary } from '../summary.ts'
import { assembleTrace } from './assemble-trace.ts'
import type { Trace } from './trace.ts'

/** Questions and refusals that may turn out to belong to a trace. */
const RECENT = 256
/** A trace id that somebody uses for ever must not fill the memory. */
const MAX_EXCHANGES = 2000
/** A question longer ago than this was not asked for this request. */
const DNS_WINDOW_NS = 30e9

export interface TraceBookOptions {
  /** How many traces are kept; the oldest give way. */
  readonly keep?: number
  /** Which trace ids are worth a trace; all when left out. */
  readonly wanted?: (traceId: string) => boolean
  /** Something was added to a trace. */
  readonly changed?: (id: number) => void
}

interface OpenTrace {
  readonly id: number
  readonly traceId: string
  readonly exchanges: Exchange[]
}

/** Joins exchanges to traces by `traceparent`, and the look-up of the name to the request that needed it. */
export class TraceBook implements ExchangeSink {
  private readonly options: TraceBookOptions
  private readonly traces = new Map<string, OpenTrace>()
  private readonly expectedDns = new Map<string, string>()
  private questions: DnsExchange[] = []
  private refusals: PacketSummary[] = []
  private lastId = 0

  constructor(options: TraceBookOptions = {}) {
    this.options = options
  }

  /** The numbers of the traces that are kept, oldest first. */
  get ids(): readonly number[] {
    return [...this.traces.values()].map(({ id }) => id)
  }

  /** A trace by its number or its id, as far as it is known now. Null: never seen, or given up. */
  read(key: number | string): Trace | null {
    const trace = [...this.traces.values()].find(({ id, traceId }) => id === key || traceId === key)
    if (trace === undefined || trace.exchanges.length === 0) return null
    const assembled = assembleTrace({ ...trace, refusals: this.refusals })
    for (const refusal of this.refusals) if (assembled.packets.includes(refusal.no)) refusal.trace ??= trace.id
    return assembled
  }

  /**
   * The question that comes from this port of the client belongs to this trace. Said before it is asked; without it, the last
   * question for the name is taken that was asked from the same address.
   */
  expectDns(traceId: string, address: string, port: number): void {
    if (this.expectedDns.size >= RECENT) this.expectedDns.clear()
    this.expectedDns.set(`${address}:${port}`, traceId)
  }

  /** A packet was held at a NIC from one moment to another (null: it still is). */
  noteHold(traceId: string, no: number, fromNs: number, toNs: number | null): void {
    const trace = this.traces.get(traceId)
    const exchange = trace?.exchanges.find(({ packets }) => packets.includes(no))
    if (trace === undefined || exchange === undefined) return
    noteHold(exchange, no, fromNs, toNs)
    this.options.changed?.(trace.id)
  }

  clear(): void {
    this.traces.clear()
    this.expectedDns.clear()
    this.questions = []
    this.refusals = []
  }

  requested(exchange: HttpExchange): void {
    const { traceId } = exchange
    const trace = traceId === null ? null : this.open(traceId)
    if (trace === null) return settleTrace(exchange, null)
    this.join(trace, exchange)
    // The lab's own programs are told addresses, not names: only who comes from outside has looked one up.
    if (exchange.flow.openerRole === 'client' || exchange.flow.openerRole === null) this.joinQuestions(trace, exchange)
  }

  ended(exchange: HttpExchange): void {
    if (exchange.trace !== null) this.options.changed?.(exchange.trace)
  }

  asked(exchange: DnsExchange): void {
    const { address, port } = exchange.flow.client
    const traceId = exchange.traceId ?? this.expectedDns.get(`${address}:${port}`)
    const trace = traceId === undefined ? null : this.open(traceId)
    if (trace !== null) return this.join(trace, exchange)
    this.questions.push(exchange)
    const forgotten = this.questions.length > RECENT ? this.questions.shift() : undefined
    if (forgotten !== undefined) settleTrace(forgotten, null)
  }

  answered(exchange: DnsExchange): void {
    if (exchange.trace !== null) this.options.changed?.(exchange.trace)
  }

  refused(summary: PacketSummary): void {
    this.refusals.push(summary)
    if (this.refusals.length > RECENT) this.refusals.shift()
  }

  private open(traceId: string): OpenTrace | null {
    const known = this.traces.get(traceId)
    if (known !== undefined) return known
    if (this.options.wanted?.(traceId) === false) return null
    const trace: OpenTrace = { id: (this.lastId += 1), traceId, exchanges: [] }
    this.traces.set(traceId, trace)
    const [oldest] = this.traces.keys()
    if (this.traces.size > (this.options.keep ?? 100) && oldest !== undefined) this.traces.delete(oldest)
    return trace
  }

  private join(trace: OpenTrace, exchange: Exchange): void {
    if (trace.exchanges.length >= MAX_EXCHANGES) return settleTrace(exchange, null)
    trace.exchanges.push(exchange)
    settleTrace(exchange, trace.id)
    this.options.changed?.(trace.id)
  }

  /** The latest question for the request's host from the same client, and its repetition over TCP (same id). */
  private joinQuestions(trace: OpenTrace, request: HttpExchange): void {
    const host = request.hostField?.replace(/:\d+$/, '') ?? ''
    if (host === '' || trace.exchanges.some(({ kind }) => kind === 'dns')) return
    const fits = this.questions.filter(
      ({ name, startNs, flow }) =>
        flow.client.address === request.flow.client.address &&
        sameName(name, host) &&
        startNs <= request.startNs &&
        startNs >= request.startNs - DNS_WINDOW_NS,
    )
    const latest = fits.at(-1)
    if (latest === undefined) return
    for (const question of fits.filter(({ id }) => id === latest.id)) {
      this.questions.splice(this.questions.indexOf(question), 1)
      this.join(trace, question)
    }
  }
}
