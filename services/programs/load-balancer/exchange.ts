import type { RetryReason } from '../../protocols/haproxy-cfg/model.ts'
import type { RequestHead } from '../../protocols/http1/head.ts'
import { Http1Error } from '../../protocols/http1/http1-error.ts'
import { isIdempotent } from '../../protocols/http1/methods.ts'
import type { BackendServer } from './backend-server.ts'
import type { Backend } from './backend.ts'
import { HeldBody } from './held-body.ts'
import { ResponseRelay, type RelayTarget } from './response-relay.ts'
import { mayRetry, redispatches, statusReason } from './retry-policy.ts'
import { REFUSED, type UpstreamConnection, type UpstreamUser } from './upstream-connection.ts'

/** The client's side of an exchange. */
export interface ExchangeClient {
  /** The client's address without port. */
  readonly address: string
  /** Whether the connection may serve another request after this one. */
  readonly mayPersist: boolean
  /** Writes to the client; true when bytes wait in the socket, which then still sends from `bytes`. */
  write(text: string, bytes: Buffer, from: number, to: number): boolean
  /** Calls back when the client took everything; only after `write` returned true. Returns false when it needs no waiting. */
  whenDrained(resume: () => void): boolean
  pauseReading(): void
  resumeReading(): void
  /** The response is complete. */
  exchangeDone(exchange: Exchange): void
  /** No response could be had: the balancer answers itself. */
  exchangeFailed(exchange: Exchange, status: number): void
  /** The response broke off in the middle. `reset`: the client must not take its end for a complete one. */
  exchangeCutOff(exchange: Exchange, reset: boolean): void
  switchProtocols(exchange: Exchange, upstream: UpstreamConnection, early: Buffer): void
}

/** How long HAProxy waits before it tries the same server again. */
const SAME_SERVER_PAUSE_MS = 1000

/** One request and its response, with every attempt that it takes. */
export class Exchange implements UpstreamUser, RelayTarget {
  readonly head: RequestHead
  readonly backend: Backend
  readonly upgrade: string | null
  readonly startedAt = performance.now()
  server: BackendServer | null = null
  retries = 0
  /** What went wrong on the way, for the log: `redispatched from web-1 (connection refused)`. */
  readonly mishaps: string[] = []
  /** Servers that refused a connection, and when (milliseconds since the epoch). */
  readonly refusals: { readonly server: BackendServer; readonly atMs: number }[] = []
  /** Why there was no response, or not all of it. */
  failure = ''
  bytesIn: number
  relay: ResponseRelay
  requestDone: boolean
  private readonly client: ExchangeClient
  private readonly requestText: string
  private readonly idempotent: boolean
  private body: HeldBody | null = null
  private upstream: UpstreamConnection | null = null
  private requestSent = false
  private staleRetried = false
  private cancelWaiting: (() => void) | null = null
  private over = false
  private sentAt = 0

  /** `requestText` is the head as it goes to the server; `hasBody` when `sendBody` and `endRequest` will follow. */
  constructor(
    client: ExchangeClient,
    backend: Backend,
    head: RequestHead,
    request: { readonly text: string; readonly hasBody: boolean; readonly upgrade: string | null },
  ) {
    this.client = client
    this.backend = backend
    this.head = head
    this.upgrade = request.upgrade
    this.requestText = request.text
    this.requestDone = !request.hasBody
    this.idempotent = isIdempotent(head.method)
    this.bytesIn = request.text.length
    this.relay = new ResponseRelay(this)
  }

  get method(): string {
    return this.head.method
  }

  get clientMinorVersion(): 0 | 1 {
    return this.head.minorVersion
  }

  get addedLines(): string {
    return this.backend.addedLines
  }

  start(): void {
    this.chooseServer(null)
  }

  private chooseServer(avoid: BackendServer | null): void {
    const since = performance.now()
    const choice = this.backend.choose(this.client.address, avoid, (server) => {
      this.cancelWaiting = null
      this.backend.counters.queueTime.add(performance.now() - since)
      if (server === null) this.fail(503, 'waited too long for a free server')
      else this.attemptChosen(server)
    })
    if (choice.kind === 'server') this.attemptChosen(choice.server)
    else if (choice.kind === 'queued') this.cancelWaiting = choice.cancel
    else this.fail(503, 'no server is available')
  }

  private attemptChosen(server: BackendServer): void {
    this.backend.noteChoice(server, this.client.address, `${this.method} ${this.head.target}`, this.retries > 0)
    this.attempt(server)
  }

  private attempt(server: BackendServer): void {
    if (this.retries > 0 && this.server !== server) {
      this.backend.counters.redispatches += 1
      if (this.server !== null) this.server.counters.redispatches += 1
    }
    this.server = server
    this.requestSent = false
    this.relay = new ResponseRelay(this)
    this.backend.openSession(server)
    this.sentAt = performance.now()
    // An idle connection may be about to end: a request that must not be sent twice gets a new one.
    this.upstream = server.connect(this, this.idempotent && !this.staleRetried && this.upgrade === null)
    this.sendHeld(this.upstream)
  }

  private sendHeld(upstream: UpstreamConnection): void {
    const { socket } = upstream
    this.requestSent = upstream.connected
    if (this.body === null) {
      socket.write(this.requestText, 'latin1')
      return
    }
    socket.cork()
    socket.write(this.requestText, 'latin1')
    for (const part of this.body.parts) socket.write(part)
    socket.uncork()
    if (upstream.connected) this.releaseBody(upstream)
  }

  upstreamConnected(): void {
    this.requestSent = true
    if (this.upstream !== null) this.releaseBody(this.upstream)
  }

  // The request's body

  /** Passes on a part of the body. The bytes are the exchange's from now on. */
  sendBody(bytes: Buffer): void {
    if (this.over) return
    this.bytesIn += bytes.length
    this.body ??= new HeldBody()
    this.body.add(bytes)
    if (this.upstream === null) {
      if (this.body.full) this.client.pauseReading()
      return
    }
    this.upstream.socket.write(bytes)
    this.upstream.touch()
    this.releaseBody(this.upstream)
  }

  /** Reads on from the client as far as the server takes it; gives up the possibility of a retry when the body is too large. */
  private releaseBody(upstream: UpstreamConnection): void {
    if (this.body === null) return
    if (!upstream.connected) {
      if (this.body.full) this.client.pauseReading()
      return
    }
    if (this.body.full) this.body.drop()
    const { socket } = upstream
    if (socket.writableLength === 0 || !socket.writableNeedDrain) return this.client.resumeReading()
    this.client.pauseReading()
    socket.once('drain', () => {
      if (this.upstream !== upstream) return
      upstream.touch()
      this.client.resumeReading()
    })
  }

  endRequest(): void {
    this.requestDone = true
  }

  // The response

  upstreamData(bytes: Buffer, end: number): void {
    const upstream = this.upstream
    if (upstream === null) return
    try {
      const step = this.relay.receive(bytes, end)
      if (step === 'complete') this.complete()
      else if (step === 'refused') this.retryStatus()
      else if (step === 'switched') this.becomeTunnel(upstream)
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.attemptFailed('junk-response', `bad response: ${error.message}`)
    }
  }

  write(text: string, bytes: Buffer, from: number, to: number): void {
    const upstream = this.upstream
    if (!this.client.write(text, bytes, from, to) || upstream === null) return
    if (to > from) upstream.keepBuffer()
    const waits = this.client.whenDrained(() => {
      if (this.upstream !== upstream) return
      upstream.touch()
      upstream.socket.resume()
    })
    if (waits) {
      // A slow client is not the server's fault.
      upstream.extend(null)
      upstream.socket.pause()
    }
  }

  refuses(status: number): boolean {
    const reason = statusReason(status)
    return reason !== null && mayRetry(this.describeAttempt(reason))
  }

  connectionLine(bounded: boolean): string {
    const persists = bounded && this.requestDone && this.client.mayPersist
    this.persists = persists
    if (!persists) return 'Connection: close\r\n'
    return this.head.minorVersion === 0 ? 'Connection: keep-alive\r\n' : ''
  }

  /** Whether the client was told that the connection stays. */
  persists = false

  private retryStatus(): void {
    const status = this.relay.head?.status ?? 0
    this.server?.counters.countResponse(status)
    const reason = statusReason(status)
    if (reason !== null) this.retry(`answered ${status}`, false)
  }

  private complete(): void {
    const upstream = this.leaveServer()
    if (upstream === null || this.server === null) return
    const status = this.relay.head?.status ?? 0
    const { counters } = this.server
    counters.countResponse(status)
    counters.requests += 1
    const responseMs = performance.now() - this.sentAt
    counters.responseTime.add(responseMs)
    this.backend.counters.responseTime.add(responseMs)
    if (this.requestDone && this.relay.reusable) this.server.giveBack(upstream)
    else upstream.destroy()
    this.finish()
    this.client.exchangeDone(this)
  }

  private becomeTunnel(upstream: UpstreamConnection): void {
    if (!this.requestDone) return this.cutOff('switched protocols before the request was complete')
    this.over = true
    this.upstream = null
    this.server?.counters.countResponse(101)
    this.client.switchProtocols(this, upstream, this.relay.leftover)
  }

  /** The tunnel that this exchange became is closed. */
  tunnelClosed(bytesIn: number, bytesOut: number): void {
    this.bytesIn += bytesIn
    this.relay.bytesOut += bytesOut
    if (this.server !== null) this.backend.closeSession(this.server)
    this.finish()
  }

  // What can go wrong

  upstreamEnded(): void {
    if (this.relay.endsWithConnection) this.complete()
    else if (this.relay.heard)
      this.attemptFailed('junk-response', 'the server closed the connection before its response was complete')
    else this.attemptFailed('empty-response', 'the server closed the connection without a response')
  }

  upstreamFailed(reason: string): void {
    if (this.upstream?.connected !== true) this.attemptFailed('conn-failure', reason)
    else this.attemptFailed(this.relay.heard ? 'junk-response' : 'empty-response', reason)
  }

  upstreamExpired(connecting: boolean): void {
    if (connecting) this.attemptFailed('conn-failure', 'connecting took too long')
    else this.attemptFailed('response-timeout', 'no answer in time')
  }

  private attemptFailed(reason: RetryReason, sentence: string): void {
    const reused = this.upstream?.reused === true
    const attempt = this.describeAttempt(reason)
    this.countFailure(reason)
    if (sentence === REFUSED && this.server !== null)
      this.refusals.push({ server: this.server, atMs: performance.timeOrigin + performance.now() })
    if (this.relay.started) return this.cutOff(sentence)
    // RFC 9112 section 9.3.1: a connection that ended while it was idle says nothing about the server.
    const stale = reused && reason === 'empty-response' && this.idempotent && attempt.bodyHeld && !this.staleRetried
    if (stale) {
      this.staleRetried = true
      const server = this.server
      this.leaveServer()?.destroy()
      if (server !== null && server.usable) return this.attempt(server)
      return this.chooseServer(server)
    }
    if (mayRetry(attempt)) return this.retry(sentence, reason === 'conn-failure')
    const status = reason === 'conn-failure' ? 503 : reason === 'response-timeout' ? 504 : 502
    this.fail(status, sentence)
  }

  private describeAttempt(reason: RetryReason): Parameters<typeof mayRetry>[0] {
    return {
      reason,
      responseStarted: this.relay.started,
      requestSent: this.requestSent,
      idempotent: this.idempotent,
      bodyHeld: this.body === null || this.body.complete,
      retriesLeft: this.backend.config.retries - this.retries,
      retryOn: this.backend.retryOn,
    }
  }

  private countFailure(reason: RetryReason): void {
    if (this.server === null) return
    for (const counters of [this.server.counters, this.backend.counters]) {
      if (reason === 'conn-failure') counters.connectionErrors += 1
      else counters.responseErrors += 1
      if (this.relay.started) counters.serverAborts += 1
    }
  }

  private retry(sentence: string, connectionFailed: boolean): void {
    const failed = this.server
    this.leaveServer()?.destroy()
    if (failed === null) return
    this.retries += 1
    failed.counters.retries += 1
    this.backend.counters.retries += 1
    const { redispatch, retries, timeouts } = this.backend.config
    if (redispatches(redispatch, this.retries, retries) || !failed.usable) {
      if (redispatch === null) return this.fail(503, sentence)
      this.mishaps.push(`redispatched from ${failed.name} (${sentence})`)
      return this.chooseServer(failed)
    }
    this.mishaps.push(`retried on ${failed.name} (${sentence})`)
    if (!connectionFailed) return this.attempt(failed)
    const timer = setTimeout(
      () => {
        this.cancelWaiting = null
        this.attempt(failed)
      },
      Math.min(SAME_SERVER_PAUSE_MS, timeouts.connect ?? SAME_SERVER_PAUSE_MS),
    )
    this.cancelWaiting = () => clearTimeout(timer)
  }

  private fail(status: number, sentence: string): void {
    this.leaveServer()?.destroy()
    this.failure = sentence
    this.finish()
    this.client.exchangeFailed(this, status)
  }

  /** The response already began: all that is left is to end the client's connection. */
  private cutOff(sentence: string): void {
    this.leaveServer()?.destroy()
    this.failure = sentence
    this.finish()
    this.client.exchangeCutOff(this, this.relay.endsWithConnection)
  }

  /** The client is gone: the server is free for others. */
  abort(sentence: string): void {
    if (this.over) return
    this.cancelWaiting?.()
    if (this.server !== null) this.server.counters.clientAborts += 1
    this.backend.counters.clientAborts += 1
    this.leaveServer()?.destroy()
    this.failure = sentence
    this.finish()
  }

  private leaveServer(): UpstreamConnection | null {
    const { upstream, server } = this
    this.upstream = null
    if (upstream !== null && server !== null) this.backend.closeSession(server)
    return upstream
  }

  private finish(): void {
    this.over = true
    const total = performance.now() - this.startedAt
    for (const counters of this.server === null
      ? [this.backend.counters]
      : [this.server.counters, this.backend.counters]) {
      counters.totalTime.add(total)
      counters.bytesIn += this.bytesIn
      counters.bytesOut += this.relay.bytesOut
    }
  }
}
