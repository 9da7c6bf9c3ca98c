import type { ClientRequest, IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { activeFaults } from './faults/active-faults.ts'
import { meetHttpFaults } from './faults/http-faults.ts'
import { createServer } from './node-http.ts'

/** Small things that every HTTP program of the lab needs. */

/**
 * How long a connection may stand still, in milliseconds. A person may hold a request at every server for minutes to
 * look at it, so the usual seconds (Node: 5 s of keep-alive, 60 s for a head) would break what is only being watched.
 */
export const PATIENCE_MS = 15 * 60 * 1000
/** A connection over loopback stands within a millisecond or is refused; later means that nobody accepts. */
const CONNECT_LIMIT_MS = 5_000
/** A kept connection that nobody used for so long is closed: longer than balancers keep idle ones (ours: 4 s). */
const UNUSED_LIMIT_MS = 5_000
/** A turn of the event loop that is shorter had nothing to do, so nobody has just connected. */
const QUIET_TURN_MS = 0.2
/** So many turns are waited for a quiet one. */
const MOST_TURNS = 200
/** How long a connection on which nothing was asked yet may still bring its first request while the program ends. */
const FRESH_GRACE_MS = 100
/**
 * Before a connection is closed on a client that still sends, what it sends is read and dropped: closing at once would
 * reset the connection and could destroy the answer on its way (RFC 9112 section 9.6). So long at most in all, and so
 * long without any byte.
 */
const LINGER_MS = 30_000
const LINGER_IDLE_MS = 2_000

const closeListener = NetServer.prototype.close

/** Fields that belong to one connection and are never passed on (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A field name and its value, as Node's `rawHeaders` has them one after the other. */
export type HeaderPair = readonly [name: string, value: string]

/** `[name, value, name, value]` as pairs. */
export function headerPairs(raw: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return pairs
}

/** What may be passed on: without the hop-by-hop fields and those that `Connection` names. */
export function endToEndHeaders(pairs: readonly HeaderPair[]): HeaderPair[] {
  const named = new Set<string>()
  for (const [name, value] of pairs)
    if (name.toLowerCase() === 'connection')
      for (const option of value.split(',')) named.add(option.trim().toLowerCase())
  return pairs.filter(([name]) => {
    const lower = name.toLowerCase()
    return !HOP_BY_HOP.has(lower) && !named.has(lower)
  })
}

/** Whether a request announces content (RFC 9112 section 6.3). */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0)
}

/** The first 8 digits of the trace id of a `traceparent` (W3C Trace Context section 3.2), or '' without a valid one. */
export function shortTrace(traceparent: string | readonly string[] | undefined): string {
  if (typeof traceparent !== 'string') return ''
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)
  const id = match?.[1] ?? ''
  return /^0*$/.test(id) ? '' : id.slice(0, 8)
}

/** How a log line ends: `  trace 4bf92f35`, or nothing. */
export function traceSuffix(traceparent: string | readonly string[] | undefined): string {
  const trace = shortTrace(traceparent)
  return trace === '' ? '' : `  trace ${trace}`
}

/** `127.10.0.10:40112`: who is at the other end. */
export function peerOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${socket.remoteAddress ?? 'gone'}:${socket.remotePort ?? 0}`
}

/** `0.6 ms`, `4 ms`, `12.3 s`. */
export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}

/** `0 B`, `912 B`, `1.2 kB`, `3.4 MB` (powers of ten). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** Whether nobody listened where a connection was to go. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
}

/** `connection refused` and the like: what a socket error says to a person. */
export function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was broken off',
    EPIPE: 'the connection was broken off',
    ETIMEDOUT: 'no answer in time',
    EADDRNOTAVAIL: 'no free address and port to connect from',
    EHOSTUNREACH: 'no route to that address',
    ENETUNREACH: 'no route to that address',
  }
  return words[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message
}

/** The other side neither answered nor refused. */
export class NoAnswerInTime extends Error {}

/**
 * A kept connection that nobody has used for so long is closed by whoever opened it: sooner than the server would, so that
 * no request meets a connection that is just being closed, and none is left when a fault kept the server's goodbye.
 */
export const IDLE_CONNECTION_MS = 15_000

/**
 * Destroys an outgoing request with `NoAnswerInTime` when its connection is not accepted within `CONNECT_LIMIT_MS`, or
 * nothing at all came for `PATIENCE_MS`. Waiting for a free connection of the pool does not count.
 */
export function limitWaiting(call: ClientRequest): void {
  call.setTimeout(PATIENCE_MS, () =>
    call.destroy(new NoAnswerInTime(`nothing came for ${PATIENCE_MS / 60_000} minutes`)),
  )
  call.on('socket', (socket) => {
    if (!socket.connecting) return
    const sentence = `no connection was accepted for ${CONNECT_LIMIT_MS / 1000} s`
    const timer = setTimeout(() => call.destroy(new NoAnswerInTime(sentence)), CONNECT_LIMIT_MS)
    const clear = (): void => clearTimeout(timer)
    socket.once('connect', clear)
    socket.once('close', clear)
  })
}

/**
 * Answers a request whose body is not wanted, and ends the connection, gently: the whole answer leaves at once, and what
 * still comes is dropped until the client stops. Needs a response without a head yet.
 */
export function answerAndClose(
  request: IncomingMessage,
  response: ServerResponse,
  answer: { readonly status: number; readonly type: string; readonly text: string },
): void {
  response.shouldKeepAlive = false
  response.writeHead(answer.status, { 'Content-Type': answer.type, 'Content-Length': Buffer.byteLength(answer.text) })
  response.write(answer.text)
  const end = (): void => {
    clearTimeout(limit)
    clearTimeout(idle)
    response.end()
  }
  const limit = setTimeout(end, LINGER_MS)
  const idle = setTimeout(end, LINGER_IDLE_MS)
  request.on('data', () => idle.refresh())
  // Node tells of a client that left by 'close' only.
  request.once('end', end)
  request.once('close', end)
  if (request.readableEnded || request.closed) end()
  else request.resume()
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** A whole small page about a failure, readable in a browser and in curl. All texts are escaped here. */
export function statusPage(page: {
  readonly status: number
  readonly title: string
  readonly sentence: string
  readonly servedBy: string
}): string {
  const title = `${page.status} ${escapeHtml(page.title)}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 12vh auto; padding: 0 1rem }
</style>

<h1>${title}</h1>
<p>${escapeHtml(page.sentence)}</p>
<p>This page was written by <b>${escapeHtml(page.servedBy)}</b>.</p>
</html>
`
}

export interface HttpService {
  readonly server: Server
  /** Accepts no more, ends idle connections, lets requests in flight finish; resolves when no connection is left. */
  stop(): Promise<void>
  /**
   * For a server whose address another process listens on already: as `stop`, but a kept connection may be used once
   * more, and its answer says that it closes. A client never meets a closed door on its way in.
   */
  handOver(): Promise<void>
}

/** What to do with requests. */
export interface HttpHandlers {
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Something came that is no HTTP; it was answered with 400, 408 or 431 already. For the log. */
  refused(peer: string, reason: string): void
}

/** A server that waits patiently (see `PATIENCE_MS`) and ends cleanly. It does not listen yet. */
export function createHttpService(options: ServerOptions, handlers: HttpHandlers): HttpService {
  const connections = new Connections()
  const server = createServer(
    {
      keepAliveTimeout: PATIENCE_MS,
      requestTimeout: PATIENCE_MS,
      headersTimeout: PATIENCE_MS,
      noDelay: true,
      ...options,
    },
    (request, response) => {
      connections.begin(request.socket, response)
      if (activeFaults.slow === null && activeFaults.errors === null) handlers.handle(request, response)
      else meetHttpFaults(request, response, () => handlers.handle(request, response))
    },
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (refuse(error, socket)) handlers.refused(peerOf(socket as Socket), error.message)
  })
  server.on('connection', (socket) => connections.open(socket))
  return {
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        connections.finish()
      }),
    handOver: async () => {
      await quietTurn()
      await new Promise<void>((resolve) => {
        // Not the HTTP server's own `close`: that closes idle connections at once.
        closeListener.call(server, () => resolve())
        connections.handOver()
      })
    },
  }
}

/**
 * Resolves in a turn of the event loop in which nothing else happened. A connection that the system has completed but
 * the program not yet accepted is reset when the listener closes; right after a quiet turn there is none.
 */
async function quietTurn(): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const startedMs = performance.now()
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (performance.now() - startedMs < QUIET_TURN_MS) return
  }
}

/** Connections that were answered by `refuse`; whatever still comes on them is dropped. */
const refusedSockets = new WeakSet<Duplex>()

/** Answers what could not be read as a request. False when there was nobody left to answer, or it is answered already. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): boolean {
  // The parser fails anew with every chunk that follows.
  if (refusedSockets.has(socket) && error.code?.startsWith('HPE_')) return false
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return false
  }
  const statuses: Readonly<Record<string, string>> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  }
  const status = statuses[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  refusedSockets.add(socket)
  const limit = setTimeout(() => socket.destroy(), LINGER_IDLE_MS)
  socket.once('close', () => clearTimeout(limit))
  return true
}

/** How much of a connection's life counts for ending it. */
interface ConnectionUse {
  asked: boolean
  inFlight: number
}

/**
 * Which connections wait and which work. Node's `closeIdleConnections` takes a connection without any request yet for
 * a busy one, and leaves connections open that become idle after the call: a stop would hang until its time-out.
 */
class Connections {
  private readonly uses = new Map<Socket, ConnectionUse>()
  private readonly responses = new Set<ServerResponse>()
  private finishing = false

  open(socket: Socket): void {
    this.uses.set(socket, { asked: false, inFlight: 0 })
    socket.once('close', () => this.uses.delete(socket))
  }

  begin(socket: Socket, response: ServerResponse): void {
    const use = this.uses.get(socket)
    if (!use) return
    use.asked = true
    use.inFlight += 1
    this.responses.add(response)
    if (this.finishing) response.shouldKeepAlive = false
    response.once('close', () => {
      this.responses.delete(response)
      use.inFlight -= 1
      if (this.finishing && use.inFlight === 0) socket.destroySoon()
    })
  }

  finish(): void {
    this.finishing = true
    // Whoever still gets an answer learns by it that the connection ends (RFC 9112 section 9.6).
    for (const response of this.responses) if (!response.headersSent) response.shouldKeepAlive = false
    this.destroyWaiting((use) => use.asked)
    setTimeout(() => this.destroyWaiting(() => true), FRESH_GRACE_MS)
  }

  /** Every connection gets one more answer, or is closed when it is not used any more. */
  handOver(): void {
    this.finishing = true
    for (const response of this.responses) if (!response.headersSent) response.shouldKeepAlive = false
    setTimeout(() => this.destroyWaiting(() => true), UNUSED_LIMIT_MS)
  }

  private destroyWaiting(chosen: (use: ConnectionUse) => boolean): void {
    for (const [socket, use] of this.uses) if (use.inFlight === 0 && chosen(use)) socket.destroy()
  }
}
