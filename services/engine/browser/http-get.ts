import type { Agent, IncomingHttpHeaders } from 'node:http'
import { performance } from 'node:perf_hooks'
import { LabError } from '../../contract/index.ts'

/** An `import` of it would load Node's whole built-in fetch for its lazy exports: 60 ms at every start of an engine. */
const http = process.getBuiltinModule('node:http')

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** From the start of the request: the connection stood (0 when it was reused), the first byte came, all was there. */
  readonly connectMs: number
  readonly firstByteMs: number
  readonly totalMs: number
}

export interface HttpTarget {
  readonly url: URL
  /** Where the connection goes: what the DNS answered. */
  readonly address: string
  readonly port: number
}

/** Stepping holds a request for minutes, so a browser of the lab is patient. */
const ANSWER_LIMIT_MS = 15 * 60 * 1000
/** A page of the lab is small; a body beyond this is cut off rather than kept. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024

/** A pool of connections from the client's own address, as one visit of a browser has. */
export function openConnections(localAddress: string): Agent {
  return new http.Agent({ keepAlive: true, maxSockets: 6, localAddress })
}

/** GET over real TCP. Throws `REQUEST_...`. */
export function httpGet(
  target: HttpTarget,
  traceparent: string,
  connections: Agent,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { url, address, port } = target
  const started = performance.now()
  const since = (): number => performance.now() - started
  return new Promise((resolve, reject) => {
    let connectMs = 0
    const sent = http.request({
      host: address,
      port,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      agent: connections,
      signal,
      headers: { Host: url.host, Accept: 'text/html, */*;q=0.8', 'User-Agent': 'Hoplab', traceparent },
    })
    sent.setTimeout(ANSWER_LIMIT_MS, () =>
      sent.destroy(new LabError('REQUEST_TIMED_OUT', { address, port, seconds: ANSWER_LIMIT_MS / 1000 })),
    )
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (connectMs = since()))
    })
    let answered = false
    const fail = (error: unknown): void => reject(requestError(error, address, port, answered))
    sent.once('error', fail)
    sent.once('response', (response) => {
      answered = true
      const firstByteMs = since()
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        if (size <= LARGEST_BODY_BYTES) pieces.push(piece)
        else sent.destroy(new Error(`the answer is larger than ${LARGEST_BODY_BYTES} bytes`))
      })
      response.once('error', fail)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          headers: response.headers,
          body: Buffer.concat(pieces),
          connectMs,
          firstByteMs,
          totalMs: since(),
        }),
      )
    })
    sent.end()
  })
}

const CONNECT_FAILURES = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EADDRNOTAVAIL', 'no local address is free'],
])

function requestError(error: unknown, address: string, port: number, answered: boolean): LabError {
  if (error instanceof LabError) return error
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) }
  const refused = answered ? undefined : CONNECT_FAILURES.get(code ?? '')
  if (refused !== undefined) return new LabError('REQUEST_CONNECT_FAILED', { address, port, detail: refused })
  const detail = code === 'ECONNRESET' ? 'the connection was reset' : message
  return new LabError('REQUEST_BROKEN', { address, port, detail })
}
