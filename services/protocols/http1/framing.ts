import { listMembers, type HeaderField } from './fields.ts'
import type { RequestHead, ResponseHead } from './head.ts'
import { Http1Error } from './http1-error.ts'

/** How long a message's body is: RFC 9112 section 6.3, with every ambiguity refused. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Until the connection ends; responses only. */
  | { readonly kind: 'close' }

const NONE: BodyFraming = { kind: 'none' }
const CHUNKED: BodyFraming = { kind: 'chunked' }
const CLOSE: BodyFraming = { kind: 'close' }

/** 15 digits: every such number is exact in JavaScript, and none is a plausible body. */
const CONTENT_LENGTH = /^[0-9]{1,15}$/

/** The body of a request. Throws `Http1Error`: 400, or 501 for a transfer coding that is not `chunked`. */
export function requestFraming(head: RequestHead): BodyFraming {
  return declaredFraming(head) ?? NONE
}

/** The body of a response to a request with this method. Throws `Http1Error`. */
export function responseFraming(head: ResponseHead, requestMethod: string): BodyFraming {
  // Contradictions are refused even where no body follows: the next reader might believe them.
  const declared = declaredFraming(head)
  if (requestMethod === 'HEAD' || hasNoBody(head.status)) return NONE
  return declared ?? CLOSE
}

/** 1xx, 204 and 304 never have a body (RFC 9110 section 6.4.1). */
export function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

function declaredFraming(head: Pick<RequestHead, 'fields' | 'minorVersion'>): BodyFraming | null {
  let length: string | null = null
  let coding: string | null = null
  for (const field of head.fields) {
    if (field.name === 'content-length') {
      if (length !== null) throw new Http1Error('more than one Content-Length')
      length = field.value
    } else if (field.name === 'transfer-encoding') {
      coding = coding === null ? field.value : `${coding},${field.value}`
    }
  }
  if (coding !== null) {
    if (length !== null) throw new Http1Error('both Transfer-Encoding and Content-Length')
    if (head.minorVersion === 0) throw new Http1Error('Transfer-Encoding in HTTP/1.0')
    checkCoding(coding)
    return CHUNKED
  }
  if (length === null) return null
  if (!CONTENT_LENGTH.test(length)) throw new Http1Error('a malformed Content-Length')
  return length === '0' ? NONE : { kind: 'length', length: Number(length) }
}

/** `chunked` must come once and last; other codings before it are legal, but nobody here would decode them. */
function checkCoding(value: string): void {
  if (value.toLowerCase() === 'chunked') return
  const codings = listMembers(value)
  if (codings.at(-1) !== 'chunked' || codings.indexOf('chunked') !== codings.length - 1)
    throw new Http1Error('a Transfer-Encoding that does not end in one "chunked"')
  if (codings.length > 1) throw new Http1Error('a transfer coding other than chunked', 501)
}

/** Fields that say where a message ends or whom it is for: never as trailers, never removable by `Connection` (RFC 9110 sections 6.5.1 and 7.6.1). */
const FRAMING_FIELDS = new Set(['content-length', 'transfer-encoding', 'host'])

export function isFramingField(name: string): boolean {
  return FRAMING_FIELDS.has(name)
}

/** Throws `Http1Error` for trailers that would change the framing or the routing. */
export function checkTrailers(fields: readonly HeaderField[]): void {
  for (const field of fields)
    if (isFramingField(field.name)) throw new Http1Error(`${field.name} as a trailer (RFC 9110 section 6.5.1)`)
}
