import { ChunkedScanner } from '../http1/chunked.ts'
import type { BodyFraming } from '../http1/framing.ts'
import { findHeadEnd, skipEmptyLines } from '../http1/head.ts'
import { Http1Error } from '../http1/http1-error.ts'
import type { Part } from './summary.ts'

/** What becomes of the messages of one direction. Throwing `Http1Error` ends the reading of this direction. */
export interface MessageListener {
  /** The first byte of a message. */
  began(offset: number): void
  /** Its head is complete: what body follows, or null when HTTP ends here (tunnels, upgrades). */
  head(text: string): BodyFraming | null
  /** Data of its body, free of chunk sizes. Missing where the recording has gaps. */
  data(bytes: Buffer, start: number, end: number): void
  /** Its last byte. */
  ended(): void
  /** Bytes are missing, and with them the place where the next message begins. */
  lost(): void
  /** The bytes are no HTTP/1.1. */
  malformed(reason: string): void
}

type Phase =
  | { readonly kind: 'head'; bytes: Buffer | null }
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; readonly scanner: ChunkedScanner }
  | { readonly kind: 'close' | 'opaque' | 'lost' }

/** `GET /path HTTP/1.1` or `HTTP/1.1 200`: where reading can begin anew after a gap. */
const REQUEST_LINE = /^[A-Z]{1,20} [^ \r\n]{1,2000} HTTP\/1\.[01]\r\n/
const STATUS_LINE = /^HTTP\/1\.[01] [1-5]\d\d[ \r]/
const LINE_LIMIT = 2048

/** Splits one direction of a connection into messages, packet by packet, keeping no more than an unfinished head. */
export class HttpReader {
  private readonly side: 'requests' | 'responses'
  private readonly listener: MessageListener
  private phase: Phase = { kind: 'head', bytes: null }
  /** Where the next byte of the stream should stand; null before the first packet. */
  private next: number | null = null
  private messageStart = 0
  /** Bytes of the current head or body that went by. */
  private at = 0
  private parts: Part[] = []

  constructor(side: 'requests' | 'responses', listener: MessageListener) {
    this.side = side
    this.listener = listener
  }

  /** True once this direction carries something else than HTTP. */
  get opaque(): boolean {
    return this.phase.kind === 'opaque'
  }

  /** Whether the direction is in the middle of a message that only its end can complete. */
  get endsWithConnection(): boolean {
    return this.phase.kind === 'close'
  }

  /** No HTTP from here on. */
  turnOpaque(): void {
    this.phase = { kind: 'opaque' }
  }

  /**
   * Takes the packet whose bytes stand at `offset`; `length` is what went over the wire, `payload` what was recorded of it.
   * Returns the stretches of `payload` by message.
   */
  read(offset: number, length: number, payload: Buffer): readonly Part[] {
    this.parts = []
    if (this.next === null && offset > 0) this.phase = { kind: 'lost' }
    const expected = this.next ?? offset
    if (offset > expected) this.skip(offset - expected)
    // Bytes that were seen before (the same packet on a second NIC) are no news.
    const seen = Math.max(0, expected - offset)
    this.next = Math.max(expected, offset + length)
    try {
      if (seen < payload.length) this.consume(payload, seen, offset)
      if (payload.length < length) this.skip(length - Math.max(payload.length, seen))
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.turnOpaque()
      this.listener.malformed(error.message)
    }
    return this.parts
  }

  private consume(bytes: Buffer, from: number, offset: number): void {
    if (this.phase.kind === 'lost' && this.isStartLine(bytes, from)) this.phase = { kind: 'head', bytes: null }
    let at = from
    while (at < bytes.length) {
      const { phase } = this
      if (phase.kind === 'head') at = this.readHead(phase, bytes, at, offset)
      else if (phase.kind === 'length' || phase.kind === 'chunked') at = this.readBody(phase, bytes, at)
      else {
        if (phase.kind === 'close') this.listener.data(bytes, at, bytes.length)
        this.push(phase.kind === 'close' ? 'body' : 'raw', at, bytes.length, false)
        return
      }
    }
  }

  private readHead(phase: { bytes: Buffer | null }, bytes: Buffer, from: number, offset: number): number {
    const held = phase.bytes
    if (held === null) {
      const start = this.side === 'requests' ? skipEmptyLines(bytes, from, bytes.length) : from
      if (start >= bytes.length) return bytes.length
      this.messageStart = offset + start
      this.at = 0
      this.listener.began(this.messageStart)
      const end = findHeadEnd(bytes, start, bytes.length)
      if (end === -1) return this.holdHead(Buffer.from(bytes.subarray(start)), bytes, start)
      return this.endHead(bytes, start, start, end)
    }
    const whole = Buffer.concat([held, bytes.subarray(from)])
    const end = findHeadEnd(whole, 0, whole.length)
    if (end === -1) return this.holdHead(whole, bytes, from)
    return this.endHead(whole, 0, from, from + end - held.length)
  }

  private holdHead(head: Buffer, bytes: Buffer, from: number): number {
    this.phase = { kind: 'head', bytes: head }
    this.push('head', from, bytes.length, false)
    return bytes.length
  }

  /** `source[headStart...]` holds the whole head; `[from, end)` is its last stretch in the packet. */
  private endHead(source: Buffer, headStart: number, from: number, end: number): number {
    const headLength = this.at + end - from
    this.push('head', from, end, true)
    this.at = 0
    // Whatever goes wrong below, the next message must not take this one's bytes for its own.
    this.phase = { kind: 'opaque' }
    const framing = this.listener.head(source.toString('latin1', headStart, headStart + headLength - 2))
    if (framing === null) return end
    switch (framing.kind) {
      case 'none':
        this.endMessage()
        break
      case 'length':
        this.phase = { kind: 'length', left: framing.length }
        break
      case 'chunked':
        this.phase = { kind: 'chunked', scanner: new ChunkedScanner() }
        break
      case 'close':
        this.phase = { kind: 'close' }
    }
    return end
  }

  private readBody(phase: Phase & { kind: 'length' | 'chunked' }, bytes: Buffer, from: number): number {
    let end: number
    let done: boolean
    if (phase.kind === 'length') {
      end = Math.min(bytes.length, from + phase.left)
      phase.left -= end - from
      done = phase.left === 0
      this.listener.data(bytes, from, end)
    } else {
      end = phase.scanner.scan(bytes, from, bytes.length, (data, start, stop) => this.listener.data(data, start, stop))
      done = phase.scanner.done
    }
    this.push('body', from, end, done)
    if (done) this.endMessage()
    return end
  }

  private endMessage(): void {
    this.phase = { kind: 'head', bytes: null }
    this.listener.ended()
  }

  /** Goes over bytes that were not recorded. */
  private skip(count: number): void {
    const { phase } = this
    this.at += count
    if (phase.kind === 'opaque' || phase.kind === 'close' || phase.kind === 'lost') return
    if (phase.kind === 'length' && count <= phase.left) {
      phase.left -= count
      if (phase.left === 0) this.endMessage()
      return
    }
    this.phase = { kind: 'lost' }
    this.listener.lost()
  }

  private push(kind: Part['kind'], start: number, end: number, last: boolean): void {
    const chunked = this.phase.kind === 'chunked' && kind === 'body'
    this.parts.push({ kind, start, end, messageStart: this.messageStart, at: this.at, last, chunked })
    this.at += end - start
  }

  private isStartLine(bytes: Buffer, from: number): boolean {
    const line = bytes.toString('latin1', from, Math.min(bytes.length, from + LINE_LIMIT))
    return (this.side === 'requests' ? REQUEST_LINE : STATUS_LINE).test(line)
  }
}
