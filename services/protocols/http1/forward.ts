import type { HeaderField } from './fields.ts'
import { isFramingField } from './framing.ts'
import type { RequestHead, ResponseHead } from './head.ts'
import { Http1Error } from './http1-error.ts'

/** What a proxy changes in a head on its way through (RFC 9110 section 7.6). */

/** Fields about this connection only. `Transfer-Encoding` stays: the body's framing is passed on as it is. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'http2-settings'])

/** Start line, header lines without `drop`ped ones, `extra` lines (each with CRLF), the empty line. */
function rebuild(
  startLine: string,
  head: Pick<RequestHead, 'text' | 'fields'>,
  drop: (field: HeaderField) => boolean,
  extra: string,
): string {
  const { text, fields } = head
  let out = startLine
  let keptFrom = text.indexOf('\r\n') + 2
  for (const field of fields) {
    if (!drop(field)) continue
    if (field.start > keptFrom) out += text.slice(keptFrom, field.start)
    keptFrom = field.end
  }
  return `${out}${text.slice(keptFrom)}${extra}\r\n`
}

/** Throws `Http1Error` when `Connection` names a field without which the message would mean something else. */
function checkNominated(connection: readonly string[]): void {
  for (const option of connection)
    if (isFramingField(option)) throw new Http1Error(`${option} listed in Connection (RFC 9110 section 7.6.1)`)
}

function dropper(connection: readonly string[]): (field: HeaderField) => boolean {
  if (connection.length === 0) return (field) => HOP_BY_HOP.has(field.name)
  return (field) => HOP_BY_HOP.has(field.name) || connection.includes(field.name)
}

/**
 * The request's head as it goes to the server: this hop's own HTTP version, no hop-by-hop fields, `extra` lines added.
 * `target` replaces the request's own (an absolute one becomes a path); `upgrade` is passed on when given.
 * Throws `Http1Error`.
 */
export function forwardRequestHead(
  head: RequestHead,
  change: { readonly target: string; readonly upgrade: string | null; readonly extra: string },
): string {
  checkNominated(head.connection)
  const upgrade = change.upgrade === null ? '' : `Connection: upgrade\r\nUpgrade: ${change.upgrade}\r\n`
  const startLine = `${head.method} ${change.target} HTTP/1.1\r\n`
  return rebuild(startLine, head, dropper(head.connection), upgrade + change.extra)
}

/** The response's head as it goes to the client, `extra` lines added. Throws `Http1Error`. */
export function forwardResponseHead(head: ResponseHead, extra: string): string {
  checkNominated(head.connection)
  const startLine = `HTTP/1.1 ${head.status} ${head.reason}\r\n`
  const drop = dropper(head.connection)
  // A body that cannot follow must not be announced either (RFC 9110 section 8.6, RFC 9112 section 6.1).
  if (head.status >= 200 && head.status !== 204) return rebuild(startLine, head, drop, extra)
  return rebuild(startLine, head, (field) => drop(field) || isFramingField(field.name), extra)
}

/** As `forwardResponseHead`, for a client that does not know chunks (HTTP/1.0): the body then ends with the connection. */
export function forwardUnchunkedHead(head: ResponseHead, extra: string): string {
  checkNominated(head.connection)
  const drop = dropper(head.connection)
  const gone = (field: HeaderField): boolean =>
    drop(field) || field.name === 'transfer-encoding' || field.name === 'trailer'
  return rebuild(`HTTP/1.1 ${head.status} ${head.reason}\r\n`, head, gone, extra)
}

/** The 101 that ends HTTP on a connection: its `Upgrade` is for the client (RFC 9110 section 7.8). */
export function forwardSwitchingHead(head: ResponseHead, extra: string): string {
  const startLine = `HTTP/1.1 101 ${head.reason}\r\n`
  const drop = (field: HeaderField): boolean =>
    field.name !== 'upgrade' && (HOP_BY_HOP.has(field.name) || isFramingField(field.name))
  return rebuild(startLine, head, drop, `Connection: upgrade\r\n${extra}`)
}
