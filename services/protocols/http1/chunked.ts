import { checkCharacters, parseFields } from './fields.ts'
import { checkTrailers } from './framing.ts'
import { Http1Error } from './http1-error.ts'

/** Where a chunked body ends, found byte by byte (RFC 9112 section 7.1) without keeping any of its data. */

const STATE = {
  sizeStart: 0,
  size: 1,
  extension: 2,
  sizeLf: 3,
  data: 4,
  dataCr: 5,
  dataLf: 6,
  trailer: 7,
  done: 8,
} as const

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
const TAB = 0x09

/** 2^48 bytes: enough for any body, far from where numbers lose precision. */
const MAX_SIZE_DIGITS = 12
const MAX_EXTENSION_BYTES = 256
const MAX_TRAILER_BYTES = 8 * 1024

/** Called with each piece of the body's own data: `bytes[start, end)`. */
export type DataListener = (bytes: Buffer, start: number, end: number) => void

export class ChunkedScanner {
  private state: number = STATE.sizeStart
  private size = 0
  private digits = 0
  private extensionBytes = 0
  private trailerText = ''

  get done(): boolean {
    return this.state === STATE.done
  }

  /** Goes through `bytes[start, end)`; returns where the body ends, or `end` when it goes on. Throws `Http1Error`. */
  scan(bytes: Buffer, start: number, end: number, onData?: DataListener): number {
    let at = start
    while (at < end && this.state !== STATE.done) {
      if (this.state === STATE.data) at = this.skipData(bytes, at, end, onData)
      else if (this.state === STATE.trailer) at = this.readTrailer(bytes, at, end)
      else this.step(bytes[at++] ?? 0)
    }
    return at
  }

  private skipData(bytes: Buffer, at: number, end: number, onData?: DataListener): number {
    const to = Math.min(end, at + this.size)
    onData?.(bytes, at, to)
    this.size -= to - at
    if (this.size === 0) this.state = STATE.dataCr
    return to
  }

  private step(byte: number): void {
    switch (this.state) {
      case STATE.sizeStart:
      case STATE.size:
        return this.readSize(byte)
      case STATE.extension:
        return this.readExtension(byte)
      case STATE.sizeLf:
        if (byte !== LF) throw new Http1Error('a CR without LF behind a chunk size')
        this.state = this.size === 0 ? STATE.trailer : STATE.data
        return
      case STATE.dataCr:
        if (byte !== CR) throw new Http1Error('chunk data that is longer than its size')
        this.state = STATE.dataLf
        return
      default:
        if (byte !== LF) throw new Http1Error('a CR without LF behind chunk data')
        this.state = STATE.sizeStart
        this.size = 0
        this.digits = 0
        this.extensionBytes = 0
    }
  }

  private readSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.size = this.size * 16 + digit
      this.digits += 1
      if (this.digits > MAX_SIZE_DIGITS) throw new Http1Error('a chunk size that is too large')
      this.state = STATE.size
    } else if (this.state === STATE.size && byte === CR) this.state = STATE.sizeLf
    else if (this.state === STATE.size && byte === SEMICOLON) this.state = STATE.extension
    else throw new Http1Error('a malformed chunk size')
  }

  private readExtension(byte: number): void {
    this.extensionBytes += 1
    if (this.extensionBytes > MAX_EXTENSION_BYTES) throw new Http1Error('a chunk extension that is too long')
    if (byte === CR) this.state = STATE.sizeLf
    else if ((byte < 0x20 && byte !== TAB) || byte === 0x7f)
      throw new Http1Error('a control character in a chunk extension')
  }

  /** Trailers are few and short: collected up to the empty line, then read as header lines. */
  private readTrailer(bytes: Buffer, at: number, end: number): number {
    const before = this.trailerText.length
    this.trailerText += bytes.toString('latin1', at, Math.min(end, at + MAX_TRAILER_BYTES + 4 - before))
    const text = this.trailerText
    const stop = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n', Math.max(0, before - 3))
    if (stop === -1) {
      checkCharacters(text.endsWith('\r') ? text.slice(0, -1) : text)
      if (text.length > MAX_TRAILER_BYTES) throw new Http1Error('trailers that are too long', 431)
      return end
    }
    const fieldsEnd = stop === 0 ? 0 : stop + 2
    if (fieldsEnd > 0) {
      const fields = text.slice(0, fieldsEnd)
      checkCharacters(fields)
      checkTrailers(parseFields(fields, 0))
    }
    this.state = STATE.done
    this.trailerText = ''
    return at + fieldsEnd + 2 - before
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
