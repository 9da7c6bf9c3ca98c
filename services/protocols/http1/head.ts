import { TOKEN } from './field-names.ts'
import { checkCharacters, fieldValue, listMembers, parseFields, type HeaderField } from './fields.ts'
import { Http1Error } from './http1-error.ts'

/** The heads of HTTP/1.1 messages (RFC 9112 sections 2 to 5), read strictly: what two readers could take differently is refused. */

interface Head {
  /** Start line and header lines as they came, each with its CRLF; the empty line is not in it. Latin-1: one character per byte. */
  readonly text: string
  readonly minorVersion: 0 | 1
  readonly fields: readonly HeaderField[]
  /** The members of all `Connection` fields, in lower case. */
  readonly connection: readonly string[]
}

export interface RequestHead extends Head {
  readonly method: string
  /** As sent: `/path?query`, `http://host/path` or `*`. */
  readonly target: string
  /** The value of `Host`; null only in HTTP/1.0. */
  readonly host: string | null
}

export interface ResponseHead extends Head {
  readonly status: number
  readonly reason: string
}

/** A larger head is refused with 431; HAProxy's buffer (`tune.bufsize`) is as large. */
export const MAX_HEAD_BYTES = 16 * 1024

const NO_OPTIONS: readonly string[] = []

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1')
const CR = 0x0d
const LF = 0x0a

/**
 * The offset just behind the head's empty line in `bytes[start, end)`, or -1 when it is not there yet. Throws `Http1Error`
 * at once for what can no longer become a head: a bare LF would otherwise keep both sides waiting for ever.
 */
export function findHeadEnd(bytes: Buffer, start: number, end: number): number {
  const found = bytes.indexOf(HEAD_END, start)
  if (found !== -1 && found + 4 <= end) {
    if (found + 4 - start > MAX_HEAD_BYTES) throw tooLarge(bytes, start, end)
    return found + 4
  }
  // A CR at the very end may still get its LF.
  const cut = bytes[end - 1] === CR ? end - 1 : end
  checkCharacters(bytes.toString('latin1', start, cut))
  if (end - start >= MAX_HEAD_BYTES) throw tooLarge(bytes, start, end)
  return -1
}

function tooLarge(bytes: Buffer, start: number, end: number): Http1Error {
  const lineEnd = bytes.indexOf(LF, start)
  if (lineEnd === -1 || lineEnd >= Math.min(end, start + MAX_HEAD_BYTES))
    return new Http1Error(`a request target of more than ${MAX_HEAD_BYTES} bytes`, 414)
  return new Http1Error(`a head of more than ${MAX_HEAD_BYTES} bytes`, 431)
}

/** Skips empty lines before a request, as servers should (RFC 9112 section 2.2). Returns where the request line starts. */
export function skipEmptyLines(bytes: Buffer, start: number, end: number): number {
  while (start + 1 < end && bytes[start] === CR && bytes[start + 1] === LF) start += 2
  return start
}

/** Reads a request's head. `text` ends with the CRLF of the last header line. Throws `Http1Error`. */
export function parseRequestHead(text: string): RequestHead {
  checkCharacters(text)
  const lineEnd = text.indexOf('\r\n')
  const afterMethod = text.indexOf(' ')
  const afterTarget = text.indexOf(' ', afterMethod + 1)
  if (afterMethod < 1 || afterTarget === -1 || afterTarget > lineEnd) throw new Http1Error('a malformed request line')
  const method = text.slice(0, afterMethod)
  const target = text.slice(afterMethod + 1, afterTarget)
  const minorVersion = readVersion(text.slice(afterTarget + 1, lineEnd))
  if (!TOKEN.test(method)) throw new Http1Error('a method that is not a token')
  const fields = parseFields(text, lineEnd + 2)
  const host = readHost(fields, minorVersion)
  checkTarget(method, target, host)
  return { text, method, target, minorVersion, fields, host, connection: readConnection(fields) }
}

/** Reads a response's head. `text` ends with the CRLF of the last header line. Throws `Http1Error`. */
export function parseResponseHead(text: string): ResponseHead {
  checkCharacters(text)
  const lineEnd = text.indexOf('\r\n')
  const minorVersion = readVersion(text.slice(0, 8))
  const status = text.slice(9, 12)
  // The reason may be empty, and so may its space be missing: widely sent, harmless.
  const afterStatus = text.charCodeAt(12)
  if (text.charCodeAt(8) !== 0x20 || !/^[1-5][0-9][0-9]$/.test(status) || (afterStatus !== 0x20 && afterStatus !== CR))
    throw new Http1Error('a malformed status line')
  const fields = parseFields(text, lineEnd + 2)
  const connection = readConnection(fields)
  return { text, minorVersion, status: Number(status), reason: text.slice(13, lineEnd), fields, connection }
}

function readVersion(text: string): 0 | 1 {
  if (text === 'HTTP/1.1') return 1
  if (text === 'HTTP/1.0') return 0
  // A higher minor version is handled as the highest that is known (RFC 9110 section 2.5).
  if (/^HTTP\/1\.[2-9]$/.test(text)) return 1
  if (/^HTTP\/[0-9]\.[0-9]$/.test(text)) throw new Http1Error('an HTTP version other than 1.0 or 1.1', 505)
  throw new Http1Error('a malformed HTTP version')
}

/** Exactly one `Host` in HTTP/1.1, at most one before (RFC 9112 section 3.2). */
function readHost(fields: readonly HeaderField[], minorVersion: 0 | 1): string | null {
  let host: string | null = null
  for (const field of fields) {
    if (field.name !== 'host') continue
    if (host !== null) throw new Http1Error('more than one Host')
    host = field.value
  }
  if (host === null && minorVersion === 1) throw new Http1Error('no Host')
  if (host !== null && !/^[A-Za-z0-9._~!$&'()*+;=%:[\]-]*$/.test(host)) throw new Http1Error('a malformed Host')
  return host
}

/** The four forms of RFC 9112 section 3.2; only printable ASCII, no fragment. */
function checkTarget(method: string, target: string, host: string | null): void {
  if (!/^[\x21\x22\x24-\x7e]+$/.test(target))
    throw new Http1Error('a request target with a character that is not allowed')
  if (target.startsWith('/')) return
  if (method === 'CONNECT' && /^[^/?@]+:[0-9]+$/.test(target)) return
  if (method === 'OPTIONS' && target === '*') return
  const absolute = splitAbsoluteTarget(target)
  if (absolute === null) throw new Http1Error('a request target that is neither a path nor a URL')
  if (host !== null && absolute.authority.toLowerCase() !== host.toLowerCase())
    throw new Http1Error('a request target whose authority differs from Host')
}

/** `http://host/path` in its two parts, or null for any other form. */
export function splitAbsoluteTarget(target: string): { readonly authority: string; readonly path: string } | null {
  const match = /^https?:\/\/([^/?@]+)((?:[/?].*)?)$/i.exec(target)
  if (!match?.[1]) return null
  const path = match[2] ?? ''
  return { authority: match[1], path: path.startsWith('/') ? path : `/${path}` }
}

function readConnection(fields: readonly HeaderField[]): readonly string[] {
  let options = NO_OPTIONS
  for (const field of fields) if (field.name === 'connection') options = [...options, ...listMembers(field.value)]
  return options
}

/** Whether the sender will use the connection again (RFC 9112 section 9.3). */
export function keepsAlive(head: Pick<Head, 'minorVersion' | 'connection'>): boolean {
  if (head.connection.length === 0) return head.minorVersion === 1
  if (head.connection.includes('close')) return false
  return head.minorVersion === 1 || head.connection.includes('keep-alive')
}

/** The protocol that the request wants to change to, or null (RFC 9110 section 7.8). HTTP/1.0 cannot ask for it. */
export function upgradeWanted(head: RequestHead): string | null {
  if (head.minorVersion === 0 || !head.connection.includes('upgrade')) return null
  return fieldValue(head.fields, 'upgrade')
}
