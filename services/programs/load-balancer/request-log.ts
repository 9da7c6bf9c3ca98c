import { fieldValue } from '../../protocols/http1/fields.ts'
import type { Log, LogLevel } from '../kit/log.ts'
import type { Exchange } from './exchange.ts'

/** The line of one request: `GET /guestbook`, who asked, `200 from servers/web-1 in 3.1 ms (roundrobin) trace 4bf92f35`. */
export function logExchange(log: Log, exchange: Exchange, peer: string, ownStatus: number | null): void {
  const status = ownStatus ?? exchange.relay.head?.status ?? null
  log.request({
    what: `${exchange.method} ${exchange.head.target}`,
    peer,
    outcome: describe(exchange, ownStatus),
    level: levelOf(status, exchange),
  })
}

function describe(exchange: Exchange, ownStatus: number | null): string {
  const { backend, server, relay, mishaps, failure } = exchange
  const place = server === null || ownStatus !== null ? backend.config.name : `${backend.config.name}/${server.name}`
  const status = ownStatus ?? relay.head?.status ?? 'no answer'
  const parts = [
    `${status} from ${place} in ${(performance.now() - exchange.startedAt).toFixed(1)} ms (${backend.config.balance})`,
  ]
  if (mishaps.length > 0) parts.push(mishaps.join(', '))
  if (failure !== '') parts.push(server !== null && ownStatus !== null ? `${server.name}: ${failure}` : failure)
  const trace = traceOf(exchange)
  return trace === null ? parts.join('; ') : `${parts.join('; ')} trace ${trace}`
}

/** The first 8 digits of the trace id (W3C Trace Context, section 3.2). */
function traceOf(exchange: Exchange): string | null {
  const traceparent = fieldValue(exchange.head.fields, 'traceparent')
  return /^[0-9a-f]{2}-([0-9a-f]{8})[0-9a-f]{24}-/.exec(traceparent ?? '')?.[1] ?? null
}

function levelOf(status: number | null, exchange: Exchange): LogLevel {
  if (status === null || status >= 500) return 'error'
  return status >= 400 || exchange.failure !== '' || exchange.mishaps.length > 0 ? 'warning' : 'info'
}
