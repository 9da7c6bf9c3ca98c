import { createBodyScanner, type BodyScanner } from '../../protocols/http1/body.ts'
import { forwardResponseHead, forwardSwitchingHead, forwardUnchunkedHead } from '../../protocols/http1/forward.ts'
import { responseFraming, type BodyFraming } from '../../protocols/http1/framing.ts'
import { findHeadEnd, keepsAlive, parseResponseHead, type ResponseHead } from '../../protocols/http1/head.ts'
import { Http1Error } from '../../protocols/http1/http1-error.ts'

/** Where the response goes, and what is to be known about the request. */
export interface RelayTarget {
  readonly method: string
  /** An HTTP/1.0 client knows neither chunks nor 1xx. */
  readonly clientMinorVersion: 0 | 1
  readonly upgrade: string | null
  /** Header lines that the balancer adds to every response, each with CRLF. */
  readonly addedLines: string
  /** Whether this answer is dropped, because the request will be sent again. */
  refuses(status: number): boolean
  /** The `Connection` line for the client (with CRLF, or empty). `bounded`: the body's end can be told without closing. */
  connectionLine(bounded: boolean): string
  /** Writes `text`, then `bytes[from, to)`. */
  write(text: string, bytes: Buffer, from: number, to: number): void
}

export type RelayStep = 'more' | 'complete' | 'refused' | 'switched'

const NOTHING = Buffer.alloc(0)

/** Reads one response from a server strictly and passes it on as it comes, without keeping its body. */
export class ResponseRelay {
  /** Null until the final head came. */
  head: ResponseHead | null = null
  /** Whether something went to the client, be it an interim response. */
  started = false
  /** Bytes behind the end of the response, or behind a 101. */
  leftover = NOTHING
  bytesOut = 0
  /** True as soon as the server sent anything at all. */
  heard = false
  private framing: BodyFraming = { kind: 'none' }
  private scanner: BodyScanner | null = null
  private partialHead: Buffer | null = null
  private unchunk = false
  private readonly target: RelayTarget

  constructor(target: RelayTarget) {
    this.target = target
  }

  /** Takes `bytes[0, end)`. Throws `Http1Error` for a response that breaks the rules. */
  receive(bytes: Buffer, end: number): RelayStep {
    this.heard = true
    if (this.scanner !== null) return this.passBody(this.scanner, '', bytes, 0, end)
    if (this.partialHead === null) return this.readHead(bytes, end)
    const all = Buffer.concat([this.partialHead, bytes.subarray(0, end)])
    this.partialHead = null
    return this.readHead(all, all.length)
  }

  private readHead(bytes: Buffer, end: number): RelayStep {
    let at = 0
    for (;;) {
      const headEnd = findHeadEnd(bytes, at, end)
      if (headEnd === -1) {
        this.partialHead = Buffer.from(bytes.subarray(at, end))
        return 'more'
      }
      const head = parseResponseHead(bytes.toString('latin1', at, headEnd - 2))
      at = headEnd
      if (head.status >= 200) return this.readFinal(head, bytes, at, end)
      if (head.status === 101) return this.switchProtocols(head, bytes, at, end)
      this.passInterim(head)
    }
  }

  private passInterim(head: ResponseHead): void {
    if (this.target.clientMinorVersion === 0) return
    this.started = true
    this.target.write(forwardResponseHead(head, ''), NOTHING, 0, 0)
  }

  private switchProtocols(head: ResponseHead, bytes: Buffer, at: number, end: number): RelayStep {
    if (this.target.upgrade === null) throw new Http1Error('101 to a request that asked for no upgrade')
    this.head = head
    this.started = true
    this.leftover = Buffer.from(bytes.subarray(at, end))
    this.target.write(forwardSwitchingHead(head, this.target.addedLines), NOTHING, 0, 0)
    return 'switched'
  }

  private readFinal(head: ResponseHead, bytes: Buffer, at: number, end: number): RelayStep {
    this.framing = responseFraming(head, this.target.method)
    this.head = head
    if (this.target.refuses(head.status)) return 'refused'
    const scanner = createBodyScanner(this.framing)
    this.scanner = scanner
    this.unchunk = this.framing.kind === 'chunked' && this.target.clientMinorVersion === 0
    const bounded = this.framing.kind !== 'close' && !this.unchunk
    const extra = this.target.addedLines + this.target.connectionLine(bounded)
    const text = this.unchunk ? forwardUnchunkedHead(head, extra) : forwardResponseHead(head, extra)
    return this.passBody(scanner, text, bytes, at, end)
  }

  private passBody(scanner: BodyScanner, text: string, bytes: Buffer, at: number, end: number): RelayStep {
    if (this.unchunk) return this.passUnchunked(scanner, text, bytes, at, end)
    const bodyEnd = scanner.scan(bytes, at, end)
    this.started = true
    this.bytesOut += text.length + bodyEnd - at
    this.target.write(text, bytes, at, bodyEnd)
    return this.finish(scanner, bytes, bodyEnd, end)
  }

  private passUnchunked(scanner: BodyScanner, text: string, bytes: Buffer, at: number, end: number): RelayStep {
    const data: Buffer[] = []
    const bodyEnd = scanner.scan(bytes, at, end, (piece, from, to) => data.push(Buffer.from(piece.subarray(from, to))))
    this.started = true
    const all = Buffer.concat(data)
    this.bytesOut += text.length + all.length
    this.target.write(text, all, 0, all.length)
    return this.finish(scanner, bytes, bodyEnd, end)
  }

  private finish(scanner: BodyScanner, bytes: Buffer, bodyEnd: number, end: number): RelayStep {
    if (!scanner.done) return 'more'
    if (bodyEnd < end) this.leftover = Buffer.from(bytes.subarray(bodyEnd, end))
    return 'complete'
  }

  /** Whether the end of the connection is the end of the response. */
  get endsWithConnection(): boolean {
    return this.scanner !== null && this.framing.kind === 'close'
  }

  /** Whether the server's connection can be used again after this response. */
  get reusable(): boolean {
    return this.head !== null && keepsAlive(this.head) && this.framing.kind !== 'close' && this.leftover.length === 0
  }
}
