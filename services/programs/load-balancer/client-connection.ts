import type { Socket } from 'node:net'
import { createBodyScanner, type BodyScanner } from '../../protocols/http1/body.ts'
import { forwardRequestHead } from '../../protocols/http1/forward.ts'
import { requestFraming } from '../../protocols/http1/framing.ts'
import {
  findHeadEnd,
  keepsAlive,
  parseRequestHead,
  skipEmptyLines,
  splitAbsoluteTarget,
  upgradeWanted,
  type RequestHead,
} from '../../protocols/http1/head.ts'
import { Http1Error } from '../../protocols/http1/http1-error.ts'
import type { Deadlines, Expiring } from './deadlines.ts'
import { errorPage } from './error-pages.ts'
import { Exchange, type ExchangeClient } from './exchange.ts'
import type { Frontend } from './frontend.ts'
import { Tunnel, type TunnelClient } from './tunnel.ts'
import type { UpstreamConnection } from './upstream-connection.ts'

/** Up to this many bytes a response is written as one string: one system call, no buffer of its own. */
const ONE_WRITE_LIMIT = 16_000
/** Pipelined requests beyond this many bytes wait in the kernel. */
const PIPELINE_LIMIT = 64 * 1024
/**
 * Before a connection is closed on a client that still sends, what it sends is read and dropped for a while: closing at
 * once would reset the connection and could destroy the response on its way (RFC 9112 section 9.6).
 */
const LINGER_MS = 2000

/** `tunnel` after an upgrade; `closing`: the last response is out, what still comes is dropped. */
type State = 'head' | 'exchange' | 'tunnel' | 'closing'

/** A client's connection: its requests in their order, one exchange at a time. */
export class ClientConnection implements ExchangeClient, TunnelClient, Expiring {
  readonly socket: Socket
  readonly address: string
  readonly peer: string
  deadlineAt: number
  private state: State = 'head'
  private readonly frontend: Frontend
  private readonly deadlines: Deadlines
  /** Bytes that came and belong to no exchange yet: `pending[pendingAt, ...)`. */
  private pending: Buffer | null = null
  private pendingAt = 0
  private pumping = false
  private exchange: Exchange | null = null
  private body: BodyScanner | null = null
  private tunnel: Tunnel | null = null
  /** Whether the time-out of the next head runs already; that of the first one runs from the start. */
  private headStarted = true
  private wantsMore = true
  private ended = false
  private paused = false

  constructor(socket: Socket, frontend: Frontend, deadlines: Deadlines) {
    this.socket = socket
    this.frontend = frontend
    this.deadlines = deadlines
    this.address = socket.remoteAddress ?? ''
    this.peer = `${this.address}:${socket.remotePort ?? ''}`
    this.deadlineAt = deadlines.after(frontend.config.timeouts['http-request'] ?? frontend.config.timeouts.client)
    deadlines.add(this)
    socket.on('data', (bytes: Buffer) => this.received(bytes))
    socket.on('end', () => this.clientEnded())
    socket.on('error', () => this.gone('the client reset the connection'))
    socket.on('close', () => this.gone('the client closed the connection'))
  }

  get mayPersist(): boolean {
    return this.wantsMore && !this.ended && !this.frontend.stopping
  }

  // Reading

  private received(bytes: Buffer): void {
    if (this.state === 'tunnel') return this.tunnel?.clientData(bytes)
    if (this.state === 'closing') return
    if (this.pending === null) {
      this.pending = bytes
      this.pendingAt = 0
    } else {
      this.pending = Buffer.concat([this.pending.subarray(this.pendingAt), bytes])
      this.pendingAt = 0
    }
    this.pump()
  }

  /** Handles what is pending as far as it goes. Not recursive: a thousand pipelined requests must not fill the stack. */
  private pump(): void {
    if (this.pumping) return
    this.pumping = true
    try {
      let progress = true
      while (progress && this.pending !== null) {
        if (this.state === 'head') progress = this.readRequest(this.pending)
        else if (this.state === 'exchange' && this.body !== null) progress = this.readBody(this.pending, this.body)
        else progress = false
      }
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.refuse(error.status, error.message)
    } finally {
      this.pumping = false
    }
    if (this.state === 'exchange' && this.pending !== null && this.pending.length - this.pendingAt > PIPELINE_LIMIT)
      this.pauseReading()
  }

  private consume(to: number): void {
    if (this.pending !== null && to >= this.pending.length) this.pending = null
    this.pendingAt = to
  }

  private readRequest(bytes: Buffer): boolean {
    const start = skipEmptyLines(bytes, this.pendingAt, bytes.length)
    if (start === bytes.length) {
      this.consume(start)
      return false
    }
    const headEnd = findHeadEnd(bytes, start, bytes.length)
    if (headEnd === -1) {
      this.startHeadTimeout()
      return false
    }
    const head = parseRequestHead(bytes.toString('latin1', start, headEnd - 2))
    this.consume(headEnd)
    this.beginExchange(head)
    return true
  }

  /** From its first byte on a head has so long, however slowly the rest comes. */
  private startHeadTimeout(): void {
    if (this.headStarted) return
    this.headStarted = true
    const { timeouts } = this.frontend.config
    this.deadlineAt = this.deadlines.after(timeouts['http-request'] ?? timeouts.client)
  }

  private beginExchange(head: RequestHead): void {
    this.frontend.countRequest()
    const framing = requestFraming(head)
    if (head.method === 'CONNECT') return this.refuse(405, 'CONNECT is not for a load balancer')
    const upgrade = allowedUpgrade(head)
    const text = forwardRequestHead(head, {
      target: splitAbsoluteTarget(head.target)?.path ?? head.target,
      upgrade,
      extra: this.extraLines(head),
    })
    this.wantsMore = keepsAlive(head)
    const hasBody = framing.kind !== 'none'
    this.state = 'exchange'
    this.deadlineAt = Number.POSITIVE_INFINITY
    const exchange = new Exchange(this, this.frontend.backend, head, { text, hasBody, upgrade })
    this.exchange = exchange
    if (hasBody) {
      this.body = createBodyScanner(framing)
      this.touchClient()
      // What came with the head goes to the server together with it.
      if (this.pending !== null) this.readBody(this.pending, this.body)
    }
    exchange.start()
  }

  /** What the request gets on its way: the client's address, and a Host where HTTP/1.0 had none. */
  private extraLines(head: RequestHead): string {
    const host = head.host === null ? `Host: ${this.frontend.authority}\r\n` : ''
    return this.frontend.forwardFor ? `${host}X-Forwarded-For: ${this.address}\r\n` : host
  }

  private readBody(bytes: Buffer, body: BodyScanner): boolean {
    const from = this.pendingAt
    const to = body.scan(bytes, from, bytes.length)
    this.consume(to)
    if (to > from) this.exchange?.sendBody(bytes.subarray(from, to))
    if (body.done) {
      this.body = null
      this.deadlineAt = Number.POSITIVE_INFINITY
      this.exchange?.endRequest()
      return true
    }
    this.touchClient()
    return false
  }

  private touchClient(): void {
    this.deadlineAt = this.paused
      ? Number.POSITIVE_INFINITY
      : this.deadlines.after(this.frontend.config.timeouts.client)
  }

  pauseReading(): void {
    if (this.paused) return
    this.paused = true
    if (this.body !== null) this.deadlineAt = Number.POSITIVE_INFINITY
    this.socket.pause()
  }

  resumeReading(): void {
    if (!this.paused) return
    this.paused = false
    if (this.body !== null) this.touchClient()
    this.socket.resume()
  }

  // Writing

  write(text: string, bytes: Buffer, from: number, to: number): boolean {
    const { socket } = this
    const length = to - from
    if (length === 0) {
      if (text !== '') socket.write(text, 'latin1')
    } else if (text === '') socket.write(bytes.subarray(from, to))
    else if (text.length + length <= ONE_WRITE_LIMIT) socket.write(text + bytes.toString('latin1', from, to), 'latin1')
    else {
      socket.cork()
      socket.write(text, 'latin1')
      socket.write(bytes.subarray(from, to))
      socket.uncork()
    }
    return socket.writableLength > 0
  }

  whenDrained(resume: () => void): boolean {
    if (this.socket.writableLength === 0 || !this.socket.writableNeedDrain) return false
    this.deadlineAt = this.deadlines.after(this.frontend.config.timeouts.client)
    this.socket.once('drain', () => {
      if (this.state === 'exchange') {
        if (this.body === null) this.deadlineAt = Number.POSITIVE_INFINITY
        else this.touchClient()
      }
      resume()
    })
    return true
  }

  // How exchanges end

  exchangeDone(exchange: Exchange): void {
    this.frontend.exchangeEnded(exchange, this.peer, null)
    this.next(exchange.persists && exchange.requestDone)
  }

  exchangeFailed(exchange: Exchange, status: number): void {
    const persists = exchange.requestDone && this.mayPersist && exchange.clientMinorVersion === 1
    this.answer(status, persists, exchange.method === 'HEAD')
    this.frontend.exchangeEnded(exchange, this.peer, status)
    this.next(persists)
  }

  exchangeCutOff(exchange: Exchange, reset: boolean): void {
    this.frontend.exchangeEnded(exchange, this.peer, null)
    this.exchange = null
    this.state = 'closing'
    if (reset) this.socket.resetAndDestroy()
    else this.socket.destroySoon()
  }

  switchProtocols(exchange: Exchange, upstream: UpstreamConnection, early: Buffer): void {
    const { timeouts } = this.frontend.backend.config
    const tunnel = new Tunnel(this, upstream, timeouts.tunnel ?? timeouts.server, (bytesIn, bytesOut) => {
      exchange.tunnelClosed(bytesIn, bytesOut)
      this.frontend.exchangeEnded(exchange, this.peer, null)
    })
    this.exchange = null
    this.tunnel = tunnel
    this.state = 'tunnel'
    this.deadlineAt = Number.POSITIVE_INFINITY
    if (early.length > 0) tunnel.upstreamData(early, early.length)
    if (this.pending !== null) tunnel.clientData(this.pending.subarray(this.pendingAt))
    this.pending = null
    this.resumeReading()
    if (this.ended) tunnel.clientEnd()
  }

  touchTunnel(): void {
    // The tunnel's own time-out watches over both sides.
  }

  private next(persists: boolean): void {
    this.exchange = null
    this.body = null
    if (!persists) return this.close()
    const { timeouts } = this.frontend.config
    this.state = 'head'
    this.headStarted = false
    this.deadlineAt = this.deadlines.after(timeouts['http-keep-alive'] ?? timeouts['http-request'] ?? timeouts.client)
    this.resumeReading()
    if (this.pending !== null) this.pump()
    else if (this.frontend.stopping) this.close()
  }

  private answer(status: number, persists: boolean, head: boolean): void {
    const page = errorPage(status, { close: !persists, head })
    this.frontend.countAnswer(status, page.length)
    this.socket.write(page, 'latin1')
  }

  /** Answers a request that breaks the rules and closes: where the next one starts is not known. */
  private refuse(status: number, sentence: string): void {
    const exchange = this.exchange
    if (exchange !== null) {
      const started = exchange.relay.started
      exchange.abort(`bad request body: ${sentence}`)
      this.frontend.exchangeEnded(exchange, this.peer, started ? null : status)
      if (started) return this.close()
    } else this.frontend.logRefusal(this.peer, status, sentence)
    this.answer(status, false, false)
    this.close()
  }

  /** Sends what is left, then closes, gently. */
  private close(): void {
    this.exchange = null
    this.body = null
    this.pending = null
    this.state = 'closing'
    this.paused = true
    this.resumeReading()
    this.deadlineAt = this.deadlines.after(LINGER_MS)
    if (this.ended) this.socket.destroySoon()
    else this.socket.end()
  }

  /** The client ended its side; it may still read. */
  private clientEnded(): void {
    this.ended = true
    if (this.state === 'tunnel') this.tunnel?.clientEnd()
    else if (this.state === 'exchange' && this.body !== null)
      this.gone('the client closed the connection before its request was complete')
    else if (this.state !== 'exchange') this.socket.destroySoon()
  }

  private gone(sentence: string): void {
    this.deadlines.remove(this)
    this.tunnel?.clientGone()
    const { exchange } = this
    this.exchange = null
    this.state = 'closing'
    if (exchange !== null) {
      exchange.abort(sentence)
      this.frontend.exchangeEnded(exchange, this.peer, null)
    }
    this.socket.destroy()
    this.frontend.forget(this)
  }

  expire(): void {
    if (this.state === 'head' && this.pending !== null) return this.refuse(408, 'the head did not arrive in time')
    if (this.state === 'head') return this.close()
    if (this.state === 'exchange' && this.body !== null && this.socket.writableLength === 0)
      return this.refuse(408, 'the body did not arrive in time')
    this.gone('the client took too long')
  }

  /** Nothing new is accepted: an idle connection closes now, a busy one after its response. */
  stop(): void {
    if (this.state === 'head' && this.pending === null) this.close()
  }
}

/** `h2c` would let a client speak past this proxy's rules; such an offer may be ignored (RFC 9110 section 7.8). */
function allowedUpgrade(head: RequestHead): string | null {
  const wanted = upgradeWanted(head)
  return wanted === null || /(?:^|[,\s])h2c(?:$|[,\s/])/i.test(wanted) ? null : wanted
}
