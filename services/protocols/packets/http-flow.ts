import { fieldValue } from '../http1/fields.ts'
import { requestFraming, responseFraming, type BodyFraming } from '../http1/framing.ts'
import { parseRequestHead, parseResponseHead } from '../http1/head.ts'
import { traceIdOf } from '../nic/traceparent.ts'
import { BodyCollector } from './body-collector.ts'
import { settleTrace, type ExchangeFailure, type ExchangeSink, type HttpExchange } from './exchange.ts'
import type { Flow } from './flow.ts'
import { isPipelinePath, readOutcome, readSql } from './hrana-text.ts'
import { HttpReader, type MessageListener } from './http-reader.ts'
import { intern } from './interner.ts'
import type { PacketSummary, Part } from './summary.ts'

/** What one packet turned out to carry. */
export interface Reading {
  readonly parts: readonly Part[]
  /** The messages that it begins or goes on with; empty for bytes that are no HTTP. */
  readonly exchanges: readonly HttpExchange[]
  /** In the protocol's own words: `GET /guestbook`, `200 OK text/html`. */
  readonly info: string
}

/** Where the parent id stands in a `traceparent` of any version (W3C Trace Context section 3.2.2). */
const SPAN = { from: 36, to: 52 } as const
const PARTIAL_LINE_CHARS = 60
const NO_BODY: BodyFraming = { kind: 'none' }

/** The requests and responses of one connection, paired as they come (RFC 9112 section 9.3.2: in order). */
export class HttpFlow {
  private readonly flow: Flow
  private readonly sink: ExchangeSink
  private handshake: PacketSummary | null
  private readonly requests: HttpReader
  private readonly responses: HttpReader
  /** Requests whose answer is not complete. */
  private queue: HttpExchange[] = []
  /** What each direction is in the middle of, or carried last. */
  private asking: HttpExchange | null = null
  private answering: HttpExchange | null = null
  private interim = false
  private requestsLost = false
  private readonly requestBody = new BodyCollector()
  private readonly responseBody = new BodyCollector()
  private nowNs = 0
  private words: string[] = []
  private touched: HttpExchange[] = []

  /** `handshake`: the packet that opened the connection, where it was recorded. */
  constructor(flow: Flow, handshake: PacketSummary | null, sink: ExchangeSink) {
    this.flow = flow
    this.handshake = handshake
    this.sink = sink
    this.requests = new HttpReader('requests', this.requestListener())
    this.responses = new HttpReader('responses', this.responseListener())
  }

  read(forward: boolean, timeNs: number, offset: number, length: number, payload: Buffer): Reading {
    this.nowNs = timeNs
    this.words = []
    this.touched = []
    const parts = (forward ? this.requests : this.responses).read(offset, length, payload)
    const [first] = parts
    const ongoing = forward ? this.asking : this.answering
    if (this.touched.length === 0 && ongoing !== null && first !== undefined && first.kind !== 'raw')
      this.touched.push(ongoing)
    return { parts, exchanges: this.touched, info: this.describe(forward, length, payload, first) }
  }

  /** One side ended its direction. Returns the exchange that this ended or cut off. */
  close(forward: boolean, timeNs: number): HttpExchange | null {
    if (forward) return null
    const [current] = this.queue
    if (current !== undefined && this.responses.endsWithConnection) {
      this.queue.shift()
      current.endNs = timeNs
      this.sink.ended(current)
      this.fail('closed', timeNs)
      return current
    }
    return this.fail('closed', timeNs)
  }

  /** The connection was broken off. Returns the exchange that this cut off. */
  reset(timeNs: number): HttpExchange | null {
    return this.fail('reset', timeNs)
  }

  private fail(failure: ExchangeFailure, timeNs: number): HttpExchange | null {
    const failed = this.queue
    this.queue = []
    for (const exchange of failed) {
      exchange.failure ??= failure
      exchange.failureNs ??= timeNs
      this.sink.ended(exchange)
    }
    return failed[0] ?? null
  }

  private describe(forward: boolean, length: number, payload: Buffer, first: Part | undefined): string {
    if (first === undefined || first.kind === 'raw') return [...this.words, `${length} B`].join(' · ')
    if (first.kind === 'head' && first.at === 0) {
      if (first.last) return this.words.join(' · ')
      const line = payload.toString('latin1', first.start, Math.min(first.end, first.start + PARTIAL_LINE_CHARS))
      return `${(line.split('\r', 1)[0] ?? '').trimEnd()} …`
    }
    if (this.words.length > 0) return `… ${this.words.join(' · ')}`
    const message = forward ? this.asking : this.answering
    if (message === null) return `… ${length} B`
    return forward ? `… ${message.method} ${message.target}` : `… ${message.status ?? ''} ${message.reason}`
  }

  private begin(offset: number): HttpExchange {
    const reused = offset > 0
    const handshake = reused ? null : this.handshake
    return {
      kind: 'http',
      flow: this.flow,
      startNs: this.nowNs,
      requestEndNs: null,
      responseStartNs: null,
      endNs: null,
      failure: null,
      failureNs: null,
      holds: [],
      delays: [],
      trace: null,
      packets: [],
      early: handshake === null ? [] : [handshake],
      hrana: false,
      method: '',
      target: '',
      hostField: null,
      traceId: null,
      spanId: null,
      reused,
      openedNs: handshake?.timeNs ?? null,
      status: null,
      reason: '',
      contentType: null,
      servedBy: null,
      release: null,
      database: null,
      sql: [],
      outcome: null,
    }
  }

  private requestListener(): MessageListener {
    return {
      began: (offset) => {
        if (this.requestsLost) this.queue = []
        this.requestsLost = false
        const exchange = this.begin(offset)
        this.handshake = null
        this.asking = exchange
        this.queue.push(exchange)
        this.touched.push(exchange)
      },
      head: (text) => (this.asking === null ? null : this.readRequest(this.asking, text)),
      data: (bytes, start, end) => {
        if (this.asking?.hrana) this.requestBody.add(bytes, start, end)
      },
      ended: () => {
        if (this.asking !== null) this.endRequest(this.asking)
      },
      lost: () => {
        this.requestsLost = true
        // A request without its head will never be known.
        if (this.asking?.method === '') this.queue = this.queue.filter((exchange) => exchange !== this.asking)
        this.asking = null
      },
      malformed: (reason) => this.setMalformed(this.asking, reason),
    }
  }

  private readRequest(exchange: HttpExchange, text: string): BodyFraming {
    const head = parseRequestHead(text)
    exchange.method = intern(head.method)
    exchange.target = intern(head.target)
    exchange.hostField = head.host === null ? null : intern(head.host)
    exchange.hrana = isPipelinePath(head.method, head.target)
    const traceparent = fieldValue(head.fields, 'traceparent')
    const traceId = traceIdOf(traceparent)
    if (traceparent !== null && traceId !== null) {
      exchange.traceId = intern(traceId)
      exchange.spanId = intern(traceparent.slice(SPAN.from, SPAN.to))
    }
    this.words.push(intern(`${head.method} ${head.target}`))
    this.sink.requested(exchange)
    if (exchange.trace === null) settleTrace(exchange, null)
    return requestFraming(head)
  }

  private endRequest(exchange: HttpExchange): void {
    exchange.requestEndNs = this.nowNs
    if (!exchange.hrana) return
    const body = this.requestBody.take()
    const sql = body === null ? null : readSql(body)
    if (sql === null) return
    exchange.sql.push(...sql.map(intern))
    if (sql.length > 0) this.words.push(intern(sql.join('; ')))
  }

  private responseListener(): MessageListener {
    return {
      began: (offset) => {
        // An answer to a request from before the recording stands alone.
        const exchange = this.queue[0] ?? { ...this.begin(offset), early: null }
        // An interim response (1xx) is not the answer yet: the next one writes over it.
        exchange.responseStartNs = this.nowNs
        this.answering = exchange
        this.touched.push(exchange)
      },
      head: (text) => (this.answering === null ? null : this.readResponse(this.answering, text)),
      data: (bytes, start, end) => {
        if (this.answering?.hrana) this.responseBody.add(bytes, start, end)
      },
      ended: () => {
        if (this.answering !== null) this.endResponse(this.answering)
      },
      lost: () => {
        if (this.answering !== null) this.queue = this.queue.filter((exchange) => exchange !== this.answering)
        this.answering = null
      },
      malformed: (reason) => this.setMalformed(this.answering, reason),
    }
  }

  private readResponse(exchange: HttpExchange, text: string): BodyFraming | null {
    const head = parseResponseHead(text)
    const contentType = fieldValue(head.fields, 'content-type')
    const type = contentType?.split(';', 1)[0]?.trim() ?? ''
    this.words.push(intern([head.status, head.reason, type].filter((word) => word !== '').join(' ')))
    this.interim = head.status < 200 && head.status !== 101
    if (this.interim) return NO_BODY
    exchange.status = head.status
    exchange.reason = intern(head.reason)
    exchange.contentType = type === '' ? null : intern(type)
    const named = (name: string): string | null => {
      const value = fieldValue(head.fields, name)
      return value === null ? null : intern(value)
    }
    exchange.servedBy = named('x-served-by')
    exchange.release = named('x-release')
    exchange.database = named('x-database')
    const tunnel = exchange.method === 'CONNECT' && head.status >= 200 && head.status < 300
    if (head.status === 101 || tunnel) return this.leaveHttp(exchange)
    return responseFraming(head, exchange.method)
  }

  /** What follows belongs to another protocol (RFC 9110 sections 9.3.6 and 15.2.2). */
  private leaveHttp(exchange: HttpExchange): null {
    this.endResponse(exchange)
    this.requests.turnOpaque()
    return null
  }

  private endResponse(exchange: HttpExchange): void {
    if (this.interim) return
    if (this.queue[0] === exchange) this.queue.shift()
    exchange.endNs = this.nowNs
    if (exchange.hrana) this.readAnswer(exchange)
    this.sink.ended(exchange)
  }

  private readAnswer(exchange: HttpExchange): void {
    const body = this.responseBody.take()
    exchange.outcome = body === null ? null : readOutcome(body)
    const { outcome } = exchange
    if (outcome === null) return
    if (outcome.error !== null) this.words.push(intern(outcome.error))
    else this.words.push(`rows ${outcome.rows}, changed ${outcome.affected}`)
  }

  private setMalformed(exchange: HttpExchange | null, reason: string): void {
    this.words.push(`malformed: ${reason}`)
    if (exchange === null) return
    exchange.failure ??= 'malformed'
    exchange.failureNs ??= this.nowNs
    if (exchange.trace === null) settleTrace(exchange, null)
    this.sink.ended(exchange)
  }
}
