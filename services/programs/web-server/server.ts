import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readFileTarget } from '../../protocols/http-static/target.ts'
import {
  createHttpService,
  formatBytes,
  formatMs,
  peerOf,
  statusPage,
  traceSuffix,
  type HttpService,
} from '../kit/http.ts'
import type { Log, LogLevel } from '../kit/log.ts'
import { STATUS_CODES } from '../kit/node-http.ts'
import type { AppProxy, ProxyResult } from './app-proxy.ts'
import type { Lookup, PublicFiles } from './public-files.ts'
import { sendFile } from './send-file.ts'
import { openTunnel } from './tunnel.ts'

export interface WebServerParts {
  readonly name: string
  readonly release: string
  readonly files: PublicFiles
  readonly proxy: AppProxy
  readonly log: Log
}

/** How a request was answered, for its log line: `file`, `not a file: to app-1 at ...`. */
interface Answered {
  readonly how: string
  /** Length of the body, where it is known. */
  readonly bytes?: number | null
  /** What the log shows instead of the status that was sent. */
  readonly status?: number
  readonly level?: LogLevel
}

/** Files of the release to whoever asks with GET or HEAD, everything that is no file to the application server. */
export function createWebServer(parts: WebServerParts): HttpService {
  const { log, proxy } = parts
  const service = createHttpService(
    // `curl --http2` asks every server for h2c; nobody here speaks it, and the files must not hide behind it.
    { shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() !== 'h2c' },
    {
      handle: (request, response) => void handle(parts, request, response),
      refused: (peer, reason) =>
        log.request({ what: 'not HTTP', peer, outcome: `refused: ${reason}`, level: 'warning' }),
    },
  )
  service.server.on('upgrade', (request, socket, head) => {
    const peer = peerOf(socket as Socket)
    void openTunnel(proxy, request, socket, head).then((result) =>
      log.request({
        what: `${request.method} ${request.url}`,
        peer,
        outcome: `${result.status} ${request.headers.upgrade}: ${proxiedOutcome(proxy, result)}${traceSuffix(request.headers.traceparent)}`,
        level: levelOf(result.status),
      }),
    )
  })
  return service
}

async function handle(parts: WebServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedMs = performance.now()
  const peer = peerOf(request.socket)
  let answered: Answered
  try {
    answered = await answer(parts, request, response)
  } catch (error) {
    answered = breakOff(parts, response, error)
  }
  if (!parts.log.writesRequests) return parts.log.countRequest()
  const status = answered.status ?? response.statusCode
  const size = answered.bytes ? `, ${formatBytes(answered.bytes)}` : ''
  const time = formatMs(performance.now() - startedMs)
  parts.log.request({
    what: `${request.method} ${request.url}`,
    peer,
    outcome: `${status} ${answered.how}${size} in ${time}${traceSuffix(request.headers['traceparent'])}`,
    level: answered.level ?? levelOf(status),
  })
}

async function answer(parts: WebServerParts, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  const coding = request.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return refuse(parts, request, response, 501, `the transfer coding "${coding}" is not known here.`)
  const target = readFileTarget(request.url ?? '/')
  if (target.kind === 'refused') return refuse(parts, request, response, 400, `${target.reason}.`)
  const found: Lookup = target.kind === 'path' ? await parts.files.find(target) : { kind: 'none' }
  switch (found.kind) {
    case 'none':
      return passOn(parts, request, response)
    case 'forbidden':
      return refuse(parts, request, response, 403, `${found.reason}.`)
    case 'folder':
      return redirectToFolder(parts, request, response)
    case 'file': {
      if (request.method === 'GET' || request.method === 'HEAD') {
        return sendFile(request, response, found.file, identity(parts))
      }
      await found.file.close()
      return refuse(parts, request, response, 405, 'a file can only be read: use GET.', { Allow: 'GET, HEAD' })
    }
  }
}

function identity(parts: WebServerParts): OutgoingHttpHeaders {
  return { 'X-Served-By': parts.name, 'X-Release': parts.release }
}

async function passOn(parts: WebServerParts, request: IncomingMessage, response: ServerResponse): Promise<Answered> {
  const result = await parts.proxy.forward(request, response)
  const how = `not a file: ${proxiedOutcome(parts.proxy, result)}`
  return { how, bytes: result.bytes, status: result.status, level: result.failure ? 'error' : levelOf(result.status) }
}

function proxiedOutcome(proxy: AppProxy, result: ProxyResult): string {
  return `to ${proxy.place()}${result.failure === null ? '' : `: ${result.failure}`}`
}

/** From `/docs` to `/docs/`. The path was read as names of folders before, so it cannot lead to another site. */
function redirectToFolder(parts: WebServerParts, request: IncomingMessage, response: ServerResponse): Answered {
  const [path, ...query] = (request.url ?? '/').split('?')
  const location = `${path}/${query.length > 0 ? `?${query.join('?')}` : ''}`
  response.writeHead(301, { ...identity(parts), Location: location, 'Content-Length': 0 }).end()
  return { how: `to ${location}` }
}

function refuse(
  parts: WebServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  sentence: string,
  headers: OutgoingHttpHeaders = {},
): Answered {
  const title = STATUS_CODES[status] ?? 'Refused'
  const html = statusPage({ status, title, sentence: `Refused: ${sentence}`, servedBy: parts.name })
  response.writeHead(status, {
    ...identity(parts),
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
  })
  response.end(request.method === 'HEAD' ? undefined : html)
  return { how: `refused: ${sentence.replace(/\.$/, '')}` }
}

/** Something failed here, not in the application: 500 if that can still be said, else a broken connection. */
function breakOff(parts: WebServerParts, response: ServerResponse, error: unknown): Answered {
  const detail = error instanceof Error ? error.message : String(error)
  if (response.destroyed && response.errored === null) return { how: 'the visitor left', level: 'warning' }
  if (response.headersSent) response.destroy()
  else response.writeHead(500, { ...identity(parts), 'Content-Length': 0 }).end()
  return { how: `failed: ${detail}`, level: 'error' }
}

function levelOf(status: number): LogLevel {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warning' : 'info'
}
