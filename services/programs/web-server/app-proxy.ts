import type { Agent as HttpAgent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Address } from '../kit/address.ts'
import {
  connectionFailure,
  endToEndHeaders,
  IDLE_CONNECTION_MS,
  hasBody,
  isRefused,
  headerPairs,
  limitWaiting,
  NoAnswerInTime,
  statusPage,
  type HeaderPair,
} from '../kit/http.ts'
import { Agent, openRequest } from '../kit/node-http.ts'

/** Passes requests on to the application server and its answers back. */

export interface AppProxyOptions {
  /** The web server's own name, for `Via` and its pages. */
  readonly name: string
  readonly app: Address
  readonly appName: string | null
  /** Own address of outgoing connections, or null for the system's choice. */
  readonly source: string | null
  /** The application server refused a connection: no process listens there. */
  readonly onRefused?: () => void
}

export interface ProxyResult {
  readonly status: number
  /** Length of the answer's body, where it was announced. */
  readonly bytes: number | null
  /** What went wrong, for the log; null when the application answered in full. */
  readonly failure: string | null
}

/** Idle connections that are kept for the next requests. */
const MAX_FREE_SOCKETS = 64
/** May be sent a second time when the first connection turned out to be dead (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
/** Set anew here, or answered by this server itself (`Expect`); a visitor's own `X-Web-Server` would be a lie. */
const REPLACED = new Set(['via', 'x-forwarded-for', 'x-web-server', 'expect'])

/** For the log only, as no answer is sent any more: nginx's number for "client closed request". */
const VISITOR_LEFT = 499

/** One request to the application server and how far it got. */
interface Call {
  readonly upstream: ClientRequest
  answered: boolean
  failed: boolean
  visitorLeft: boolean
}

export class AppProxy {
  private readonly options: AppProxyOptions
  private readonly agent = new Agent({
    keepAlive: true,
    maxFreeSockets: MAX_FREE_SOCKETS,
    scheduling: 'lifo',
    timeout: IDLE_CONNECTION_MS,
  })
  /** Learned from its answers, if nobody named it. */
  private appName: string | null

  constructor(options: AppProxyOptions) {
    this.options = options
    this.appName = options.appName
  }

  /** `app-1 at 127.10.0.21:3000`: for log lines and pages. */
  place(): string {
    const { host, port } = this.options.app
    return `${this.appName ?? 'the application server'} at ${host}:${port}`
  }

  /** Resolves when the answer is sent or broken off. Never rejects. */
  forward(request: IncomingMessage, response: ServerResponse): Promise<ProxyResult> {
    return new Promise((resolve) => this.attempt(request, response, this.agent, resolve))
  }

  /** Opens a request to the application server; the caller sends the body. */
  open(request: IncomingMessage, headers: readonly HeaderPair[], agent: HttpAgent | false): ClientRequest {
    const { app, source } = this.options
    const upstream = openRequest({
      host: app.host,
      port: app.port,
      ...(source === null ? {} : { localAddress: source }),
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: headers.flat(),
      setHost: false,
      agent,
    })
    limitWaiting(upstream)
    return upstream
  }

  /** What the application gets to see: end-to-end fields, the way so far, and the framing of the body. */
  requestHeaders(request: IncomingMessage): HeaderPair[] {
    const pairs = headerPairs(request.rawHeaders)
    const headers = endToEndHeaders(pairs).filter(([name]) => !REPLACED.has(name.toLowerCase()))
    const peer = request.socket.remoteAddress ?? 'unknown'
    headers.push(['X-Forwarded-For', appended(pairs, 'x-forwarded-for', peer)])
    headers.push(['Via', appended(pairs, 'via', `${request.httpVersion} ${this.options.name}`)])
    headers.push(['X-Web-Server', this.options.name])
    // HTTP/1.0 knows no Host field (HAProxy's checks send none), HTTP/1.1 wants one (RFC 9112 section 3.2).
    if (request.headers.host === undefined) headers.push(['Host', `${this.options.app.host}:${this.options.app.port}`])
    if (request.headers['transfer-encoding'] !== undefined) headers.push(['Transfer-Encoding', 'chunked'])
    return headers
  }

  /** What the visitor gets to see of an answer's fields. */
  responseHeaders(answer: IncomingMessage): HeaderPair[] {
    const servedBy = answer.headers['x-served-by']
    if (this.options.appName === null && typeof servedBy === 'string') this.appName = servedBy
    const pairs = headerPairs(answer.rawHeaders)
    const headers = endToEndHeaders(pairs).filter(([name]) => name.toLowerCase() !== 'via')
    headers.push(['Via', appended(pairs, 'via', `${answer.httpVersion} ${this.options.name}`)])
    return headers
  }

  /** The page for a visitor when no answer came: 504 when the time was over, else 502. */
  failurePage(error: unknown): { readonly status: number; readonly failure: string; readonly html: string } {
    const status = error instanceof NoAnswerInTime ? 504 : 502
    if (isRefused(error)) this.options.onRefused?.()
    const failure = connectionFailure(error)
    const sentence = `${this.options.name} got no answer from ${this.place()}: ${failure}. Is the application server running?`
    const title = status === 504 ? 'Gateway Timeout' : 'Bad Gateway'
    return { status, failure, html: statusPage({ status, title, sentence, servedBy: this.options.name }) }
  }

  close(): void {
    this.agent.destroy()
  }

  private attempt(
    request: IncomingMessage,
    response: ServerResponse,
    agent: HttpAgent | false,
    done: (result: ProxyResult) => void,
  ): void {
    // The visitor may have left while the files were looked through: its 'close' is over and will not come again.
    if (response.destroyed) return done({ status: VISITOR_LEFT, bytes: null, failure: 'the visitor left' })
    const upstream = this.open(request, this.requestHeaders(request), agent)
    const call: Call = { upstream, answered: false, failed: false, visitorLeft: false }
    const leave = (): void => {
      if (response.writableFinished) return
      // When the application broke off first, it is the broken answer that closed the visitor's connection.
      call.visitorLeft = !upstream.destroyed
      upstream.destroy()
    }
    response.once('close', leave)
    upstream.on('information', (info) => passInformation(info, response))
    upstream.on('response', (answer) => {
      call.answered = true
      this.passAnswer(call, answer, response, done)
    })
    upstream.on('error', (error) => {
      if (call.answered || call.failed) return
      call.failed = true
      response.off('close', leave)
      if (call.visitorLeft) return done({ status: VISITOR_LEFT, bytes: null, failure: 'the visitor left' })
      if (agent !== false && mayRetry(request, error)) this.attempt(request, response, false, done)
      else done(this.fail(request, response, error))
    })
    if (hasBody(request)) request.pipe(upstream)
    else upstream.end()
  }

  private passAnswer(
    call: Call,
    answer: IncomingMessage,
    response: ServerResponse,
    done: (result: ProxyResult) => void,
  ): void {
    const status = answer.statusCode ?? 502
    if (response.destroyed) {
      answer.destroy()
      return done({ status, bytes: null, failure: 'the visitor left before the answer' })
    }
    const length = answer.headers['content-length']
    response.writeHead(status, answer.statusMessage, this.responseHeaders(answer).flat())
    // Without a length it may be a stream of events: its head must not wait for the first of them.
    if (length === undefined) response.flushHeaders()
    const bytes = length === undefined ? null : Number(length)
    pipeline(answer, response, (error) => {
      if (!error) done({ status, bytes, failure: null })
      else if (call.visitorLeft) done({ status, bytes: null, failure: 'the visitor left before the end' })
      else done({ status, bytes: null, failure: `${connectionFailure(error)} in the middle of the answer` })
    })
  }

  private fail(request: IncomingMessage, response: ServerResponse, error: Error): ProxyResult {
    const { status, failure, html } = this.failurePage(error)
    // The rest of a body that nobody takes is read and dropped, so that the visitor gets to read the page.
    request.unpipe()
    request.resume()
    response.writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(html),
      'Cache-Control': 'no-store',
      'X-Served-By': this.options.name,
    })
    response.end(request.method === 'HEAD' ? undefined : html)
    return { status, bytes: Buffer.byteLength(html), failure }
  }
}

/** A field's value with one more entry at its end; several field lines become one list (RFC 9110 section 5.3). */
function appended(pairs: readonly HeaderPair[], name: string, entry: string): string {
  const earlier = pairs.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value)
  return [...earlier, entry].join(', ')
}

/**
 * A connection may have been closed by the application server while the request was on its way: a kept one because it was
 * idle, a new one because the process that was about to accept it handed over to the next. Then it is sent once more,
 * over a new connection; but only what may be sent twice, and whose body is not used up.
 */
function mayRetry(request: IncomingMessage, error: Error): boolean {
  const broken = ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
  return broken && IDEMPOTENT.has(request.method ?? '') && !hasBody(request)
}

/** Interim answers are passed on (RFC 9110 section 15.2); 100 was given by this server itself. */
function passInformation(
  info: { readonly statusCode: number; readonly headers: IncomingMessage['headers'] },
  response: ServerResponse,
): void {
  if (response.headersSent) return
  if (info.statusCode === 102) response.writeProcessing()
  const link = info.headers.link
  if (info.statusCode === 103 && link !== undefined) response.writeEarlyHints({ link })
}
