import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Address } from '../kit/address.ts'
import {
  createHttpService,
  formatBytes,
  formatMs,
  peerOf,
  statusPage,
  traceSuffix,
  type HeaderPair,
  type HttpService,
} from '../kit/http.ts'
import type { Log, LogLevel } from '../kit/log.ts'
import { STATUS_CODES } from '../kit/node-http.ts'
import type { Release } from '../kit/release.ts'
import type { AppEnvironment, Application } from './application.ts'
import type { CapacityGate } from './capacity-gate.ts'
import type { Database, RequestContext } from './database.ts'
import { sendResponse, toRequest } from './exchange.ts'
import { errorWithPlace } from './place.ts'

export interface AppServerParts {
  readonly name: string
  readonly release: Release
  readonly address: Address
  readonly app: Application
  /** The folder that all releases share. */
  readonly shared: string
  readonly database: Database
  /** Modelled workers; null: requests pass at once. */
  readonly gate: CapacityGate | null
  readonly log: Log
}

/** How a request went, for its log line. */
interface Served {
  readonly bytes: number
  readonly failure: string | null
}

/** Runs the application's handler for every request. Whatever it throws costs this one request only. */
export function createAppServer(parts: AppServerParts): HttpService {
  return createHttpService(
    {},
    {
      handle: (incoming, outgoing) => void handle(parts, incoming, outgoing),
      refused: (peer, reason) =>
        parts.log.request({ what: 'not HTTP', peer, outcome: `refused: ${reason}`, level: 'warning' }),
    },
  )
}

async function handle(parts: AppServerParts, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const startedMs = performance.now()
  const peer = peerOf(incoming.socket)
  const traceparent = incoming.headers['traceparent']
  const context: RequestContext = {
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    database: null,
    databaseFailure: null,
  }
  const admitted = parts.gate?.admit(incoming.url) ?? true
  // Nothing to wait for: the request goes on in this turn.
  if (admitted !== true && !(admitted && (await admitted))) return reject(parts, incoming, outgoing, peer)
  const served = await parts.database.during(context, () => serve(parts, incoming, outgoing, context))
  if (!parts.log.writesRequests) return parts.log.countRequest()
  const asked = context.databaseFailure ?? (context.database === null ? null : `asked ${context.database}`)
  const notes = [served.failure, asked, served.bytes > 0 ? formatBytes(served.bytes) : null].filter((note) => note)
  const time = formatMs(performance.now() - startedMs)
  parts.log.request({
    what: `${incoming.method} ${incoming.url}`,
    peer,
    outcome: `${outgoing.statusCode} ${notes.join(', ')} in ${time}`.replace('  ', ' ') + traceSuffix(traceparent),
    level: served.failure === null ? levelOf(outgoing.statusCode) : 'error',
  })
}

/** All workers are busy and the queue is full (RFC 9110 section 15.6.4). */
function reject(parts: AppServerParts, incoming: IncomingMessage, outgoing: ServerResponse, peer: string): void {
  const limits = parts.gate?.limits
  const queue =
    limits === undefined || limits === null ? '' : ` (${limits.workers} workers, ${limits.queueLimit} waiting)`
  const sentence = `All workers of ${parts.name} are busy and its queue is full${queue}. This capacity is modelled.`
  outgoing.setHeader('Retry-After', '1')
  sendPage(parts, incoming, outgoing, 503, sentence)
  parts.log.request({ what: `${incoming.method} ${incoming.url}`, peer, outcome: '503 queue full', level: 'warning' })
}

async function serve(
  parts: AppServerParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  context: RequestContext,
): Promise<Served> {
  let request: Request
  try {
    request = toRequest(incoming, outgoing)
  } catch (error) {
    const status = incoming.method === 'TRACE' ? 405 : 400
    return sendPage(parts, incoming, outgoing, status, `${errorWithPlace(error, parts.release.dir)}.`)
  }
  const identity = (): HeaderPair[] => identityOf(parts, context)
  try {
    const result = await parts.app.fetch(request, environment(parts, context))
    if (!(result instanceof Response)) throw new TypeError(`fetch() returned ${kindOf(result)}, not a Response`)
    const bytes = await sendResponse(incoming, outgoing, result, identity)
    return { bytes, failure: visitorLeft(outgoing) ? 'the visitor left' : null }
  } catch (error) {
    if (visitorLeft(outgoing)) return { bytes: 0, failure: 'the visitor left' }
    const failure = errorWithPlace(error, parts.release.dir)
    // The head is out already: a broken connection is the only way left to say that the content is not complete.
    if (outgoing.headersSent) outgoing.destroy()
    else {
      const sentence = `The application of release ${parts.release.name} failed. The terminal of ${parts.name} says where.`
      sendPage(parts, incoming, outgoing, 500, sentence, identity())
    }
    return { bytes: 0, failure }
  }
}

function visitorLeft(outgoing: ServerResponse): boolean {
  return outgoing.destroyed && !outgoing.writableFinished
}

function environment(parts: AppServerParts, context: RequestContext): AppEnvironment {
  return {
    db: parts.database.client,
    release: parts.release.name,
    server: parts.name,
    shared: parts.shared,
    host: { address: parts.address.host, port: parts.address.port },
    get database() {
      return context.database
    },
  }
}

function identityOf(parts: AppServerParts, context: RequestContext): HeaderPair[] {
  const fields: HeaderPair[] = [
    ['X-Served-By', parts.name],
    ['X-Release', parts.release.name],
  ]
  if (context.database !== null) fields.push(['X-Database', context.database])
  return fields
}

function sendPage(
  parts: AppServerParts,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  status: number,
  sentence: string,
  identity: readonly HeaderPair[] = [
    ['X-Served-By', parts.name],
    ['X-Release', parts.release.name],
  ],
): Served {
  const title = STATUS_CODES[status] ?? 'Error'
  const html = statusPage({ status, title, sentence, servedBy: parts.name })
  const headers: HeaderPair[] = [
    ...identity,
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(html))],
    ['Cache-Control', 'no-store'],
  ]
  outgoing.writeHead(status, headers.flat())
  outgoing.end(incoming.method === 'HEAD' ? undefined : html)
  return { bytes: Buffer.byteLength(html), failure: sentence }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  return value === null ? 'null' : `a value of type ${typeof value}`
}

function levelOf(status: number): LogLevel {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warning' : 'info'
}
