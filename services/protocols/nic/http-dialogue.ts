import { createBodyScanner, type BodyScanner } from '../http1/body.ts'
import { fieldValue } from '../http1/fields.ts'
import { requestFraming, responseFraming } from '../http1/framing.ts'
import { findHeadEnd, parseRequestHead, parseResponseHead, skipEmptyLines } from '../http1/head.ts'
import { Http1Error } from '../http1/http1-error.ts'
import type { Direction } from './records.ts'
import { traceIdOf } from './traceparent.ts'

/**
 * Finds where messages begin in the two streams of an HTTP/1.1 connection, and which trace each belongs to (RFC 9112
 * section 6 for where bodies end). Anything that is not strictly HTTP makes the dialogue opaque: its bytes just pass.
 */

export interface HttpMessage {
  readonly kind: 'request' | 'response'
  /** The start line, without its CRLF. */
  readonly title: string
  /** Of the request, for its response too. */
  readonly traceId: string | null
}

export type ScanStep =
  /** No message begins in what is left. */
  | { readonly kind: 'rest' }
  /** A message begins at `at`; its head ends before `headEnd`, where scanning goes on. */
  | { readonly kind: 'message'; readonly at: number; readonly headEnd: number; readonly message: HttpMessage }
  /** A message begins at `at`, but its head goes on in bytes to come: scan again from `at` when they are there. */
  | { readonly kind: 'partial'; readonly at: number }

/** A request whose response has not begun. */
interface Outstanding {
  readonly method: string
  readonly traceId: string | null
}

const REST: ScanStep = { kind: 'rest' }
const REQUEST_LINE = /^[A-Z]{1,20} \S{1,8000} HTTP\/1\.[01]\r\n/
const MAX_REQUEST_LINE_BYTES = 8100
const RESPONSE_START = 'HTTP/1.'
/** What the first bytes of a request can be while its line is not whole: anything else is another protocol. */
const REQUEST_LINE_BEGIN = /^[A-Z]{1,20}(?: (?:[\x21-\x7e]+(?: [HTP/1.0]{0,8}\r?)?)?)?$/

export class HttpDialogue {
  private readonly outstanding: Outstanding[] = []
  private requestBody: BodyScanner | null = null
  private responseBody: BodyScanner | null = null
  private synced: boolean
  private opaque = false

  /**
   * `fromStart`: the dialogue sees the connection from its first byte. Otherwise it waits for bytes that begin with a
   * request line, which is where the next request of a connection kept alive begins.
   */
  constructor(fromStart: boolean) {
    this.synced = fromStart
  }

  /** Looks for the next border in `bytes[start, bytes.length)`. */
  scan(direction: Direction, bytes: Buffer, start: number): ScanStep {
    if (this.opaque || start >= bytes.length) return REST
    try {
      return direction === 'in' ? this.scanRequests(bytes, start) : this.scanResponses(bytes, start)
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.opaque = true
      return REST
    }
  }

  private scanRequests(bytes: Buffer, start: number): ScanStep {
    if (!this.synced) {
      if (!REQUEST_LINE.test(bytes.toString('latin1', start, start + MAX_REQUEST_LINE_BYTES))) return REST
      this.synced = true
    }
    let at = start
    if (this.requestBody !== null) {
      at = this.requestBody.scan(bytes, at, bytes.length)
      if (!this.requestBody.done) return REST
      this.requestBody = null
    }
    at = skipEmptyLines(bytes, at, bytes.length)
    if (at >= bytes.length) return REST
    const headEnd = findHeadEnd(bytes, at, bytes.length)
    if (headEnd === -1) return this.partialRequest(bytes, at)
    const head = parseRequestHead(bytes.toString('latin1', at, headEnd - 2))
    const traceId = traceIdOf(fieldValue(head.fields, 'traceparent'))
    const framing = requestFraming(head)
    this.requestBody = framing.kind === 'none' ? null : createBodyScanner(framing)
    this.outstanding.push({ method: head.method, traceId })
    return { kind: 'message', at, headEnd, message: { kind: 'request', title: firstLine(head.text), traceId } }
  }

  /** Bytes are only waited for while they can still become a request: other protocols must not be delayed. */
  private partialRequest(bytes: Buffer, at: number): ScanStep {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1')
    const line = bytes.toString('latin1', at, lineEnd === -1 ? bytes.length : lineEnd + 2)
    if (lineEnd === -1 ? !REQUEST_LINE_BEGIN.test(line) : !REQUEST_LINE.test(line))
      throw new Http1Error('bytes that begin no request')
    return { kind: 'partial', at }
  }

  private scanResponses(bytes: Buffer, start: number): ScanStep {
    let at = start
    if (this.responseBody !== null) {
      at = this.responseBody.scan(bytes, at, bytes.length)
      if (!this.responseBody.done) return REST
      this.responseBody = null
    }
    // What comes unasked belongs to a request from before the dialogue began to look.
    if (at >= bytes.length || this.outstanding.length === 0) return REST
    const begin = bytes.toString('latin1', at, at + RESPONSE_START.length)
    if (!RESPONSE_START.startsWith(begin)) throw new Http1Error('bytes that begin no response')
    const headEnd = findHeadEnd(bytes, at, bytes.length)
    if (headEnd === -1) return { kind: 'partial', at }
    return this.enterResponse(bytes, at, headEnd)
  }

  private enterResponse(bytes: Buffer, at: number, headEnd: number): ScanStep {
    const head = parseResponseHead(bytes.toString('latin1', at, headEnd - 2))
    const request = this.outstanding[0] ?? { method: 'GET', traceId: null }
    const message: HttpMessage = { kind: 'response', title: firstLine(head.text), traceId: request.traceId }
    const step: ScanStep = { kind: 'message', at, headEnd, message }
    // From here on it is another protocol (RFC 9110 sections 15.2.2 and 9.3.6).
    if (head.status === 101 || (request.method === 'CONNECT' && head.status >= 200 && head.status < 300)) {
      this.opaque = true
      return step
    }
    // An interim response: the real one is still to come.
    if (head.status < 200) return step
    this.outstanding.shift()
    const framing = responseFraming(head, request.method)
    this.responseBody = framing.kind === 'none' ? null : createBodyScanner(framing)
    return step
  }
}

function firstLine(head: string): string {
  return head.slice(0, head.indexOf('\r\n'))
}
