import type { IncomingMessage, ServerResponse } from 'node:http'
import { HranaFormatError } from '../../protocols/hrana/json-reader.ts'
import type { HranaError, HranaVersion } from '../../protocols/hrana/messages.ts'
import { readPipelineRequest } from '../../protocols/hrana/read-request.ts'
import { answerAndClose, createHttpService, peerOf, traceSuffix, type HttpService } from '../kit/http.ts'
import type { Log } from '../kit/log.ts'
import { sqliteCode, toHranaError } from './errors.ts'
import { runPipeline } from './pipeline.ts'
import { BodyError, readJsonBody } from './request-body.ts'
import { statementEvent } from './statement-log.ts'
import { StreamError, type StreamStore } from './stream-store.ts'
import type { RequestScope } from './stream.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024
const MAX_RESPONSE_CHARS = 32 * 1024 * 1024
/** How long a body that is still on its way may take once the server is told to end. */
const UPLOAD_GRACE_MS = 1_000

export interface DatabaseServerOptions {
  readonly name: string
  readonly streams: StreamStore
  readonly busyTimeoutMs: number
  readonly log: Log
}

/** Hrana over HTTP, versions 2 and 3, in JSON. */
export class DatabaseServer {
  readonly http: HttpService
  private readonly options: DatabaseServerOptions
  private readonly uploads = new Set<IncomingMessage>()

  constructor(options: DatabaseServerOptions) {
    this.options = options
    this.http = createHttpService(
      {},
      {
        handle: (request, response) => {
          this.handle(request, response).catch((error: unknown) => this.fail(request, response, error))
        },
        refused: (peer, reason) => options.log.request({ what: 'no HTTP', peer, outcome: reason, level: 'warning' }),
      },
    )
  }

  /** Lets requests in flight finish; streams must have been told to end before, or a lock may hold some of them up. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.uploads.forEach((request) => request.destroy()), UPLOAD_GRACE_MS)
    await this.http.stop()
    clearTimeout(timer)
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-Served-By', this.options.name)
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const route = ROUTES.get(path)
    if (route === undefined)
      return sendError(response, 404, { message: `There is nothing at ${path}. See GET /.`, code: 'NOT_FOUND' })
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (route.pipeline === undefined ? isRead : request.method === 'POST') {
      if (route.pipeline !== undefined) return this.answerPipeline(request, response, route.pipeline)
      return send(response, 200, 'text/plain; charset=utf-8', route.text(this.options.name))
    }
    const allow = route.pipeline === undefined ? 'GET, HEAD' : 'POST'
    response.setHeader('Allow', allow)
    sendError(response, 405, { message: `${path} takes ${allow} only.`, code: 'METHOD_NOT_ALLOWED' })
  }

  private async answerPipeline(
    request: IncomingMessage,
    response: ServerResponse,
    version: HranaVersion,
  ): Promise<void> {
    const body = await this.receive(request)
    const { streams } = this.options
    let baton: string | null = null
    try {
      const pipeline = readPipelineRequest(body, version)
      const answer = await runPipeline(streams, pipeline, this.openScope(request, response))
      baton = answer.baton
      send(response, 200, 'application/json', JSON.stringify(answer))
    } catch (error) {
      // A client takes its stream for lost after any HTTP error (HRANA_3_SPEC, "Errors").
      const given = batonOf(body)
      if (given !== null && error instanceof HranaFormatError) streams.discard(given)
      if (baton !== null) streams.discard(baton)
      throw error
    }
    const undelivered = baton
    if (undelivered === null) return
    // Without its new baton the client can never come back; its transaction would hold its locks until it times out.
    const check = (): void => {
      if (!response.writableFinished) streams.discard(undelivered)
    }
    if (response.closed) check()
    else response.once('close', check)
  }

  private async receive(request: IncomingMessage): Promise<unknown> {
    this.uploads.add(request)
    try {
      return await readJsonBody(request, MAX_BODY_BYTES)
    } finally {
      this.uploads.delete(request)
    }
  }

  private openScope(request: IncomingMessage, response: ServerResponse): RequestScope {
    const { log, busyTimeoutMs } = this.options
    const peer = peerOf(request.socket)
    const trace = traceSuffix(request.headers['traceparent'])
    return {
      budget: { chars: MAX_RESPONSE_CHARS },
      patience: { limitMs: busyTimeoutMs, isCancelled: () => response.closed },
      turnBeganMs: performance.now(),
      onStatement: (report) => {
        if (log.writesRequests) log.request(statementEvent(report, peer, trace))
        else log.countRequest()
      },
    }
  }

  private fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.closed || request.errored !== null) return void response.destroy()
    const { status, body } = describeFailure(error)
    if (status === 503) response.setHeader('Retry-After', '1')
    const level = status < 500 ? 'warning' : 'error'
    const what = `${request.method} ${request.url}`
    this.options.log.request({ what, peer: peerOf(request.socket), outcome: `${status}: ${body.message}`, level })
    if (status === 500) this.options.log.event({ what: 'defect', outcome: stackOf(error), level: 'error' })
    if (response.headersSent) response.destroy()
    else if (status === 413) this.refuseBody(request, response, body)
    else sendError(response, status, body)
  }

  /** The client hears that its body is too large, also when it asks for the answer only after all of it is sent. */
  private refuseBody(request: IncomingMessage, response: ServerResponse, body: HranaError): void {
    this.uploads.add(request)
    request.once('close', () => this.uploads.delete(request))
    answerAndClose(request, response, { status: 413, type: 'application/json', text: JSON.stringify(body) })
  }
}

interface Route {
  readonly pipeline?: HranaVersion
  text(name: string): string
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', { text: welcome }],
  ['/health', { text: () => 'ok\n' }],
  ['/v2', { text: () => 'Hrana over HTTP, version 2, JSON: POST /v2/pipeline\n' }],
  ['/v3', { text: () => 'Hrana over HTTP, version 3, JSON: POST /v3/pipeline\n' }],
  ['/v2/pipeline', { pipeline: 2, text: () => '' }],
  ['/v3/pipeline', { pipeline: 3, text: () => '' }],
])

function welcome(name: string): string {
  return `This is ${name}, an SQLite database that is reached over HTTP.

It speaks Hrana, the remote protocol of libSQL, in versions 2 and 3. Any libSQL client can use it:

  import { createClient } from '@libsql/client'
  const db = createClient({ url: 'http://ADDRESS:PORT' })
  const { rows } = await db.execute('SELECT 1')

GET /health answers when the database does; POST /v2/pipeline and /v3/pipeline run SQL.
`
}

function batonOf(body: unknown): string | null {
  const baton = typeof body === 'object' && body !== null && 'baton' in body ? body.baton : null
  return typeof baton === 'string' ? baton : null
}

function describeFailure(error: unknown): { readonly status: number; readonly body: HranaError } {
  if (error instanceof BodyError)
    return { status: error.status, body: { message: error.message, code: 'BODY_INVALID' } }
  if (error instanceof HranaFormatError)
    return { status: 400, body: { message: error.message, code: 'REQUEST_INVALID' } }
  if (error instanceof StreamError) return { status: error.status, body: { message: error.message, code: error.code } }
  if (sqliteCode(error) !== null) return { status: 503, body: toHranaError(error) }
  return { status: 500, body: { message: 'The database server failed; its log says more.', code: 'INTERNAL' } }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function sendError(response: ServerResponse, status: number, error: HranaError): void {
  // Exactly this type: the official client reads the error's code only then.
  send(response, status, 'application/json', JSON.stringify(error))
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) })
  // As a string, head and body leave in one write.
  response.end(text)
}
