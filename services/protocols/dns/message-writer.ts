import { labelsOf } from './name.ts'

/** Pointers have 14 bits (RFC 1035 section 4.1.4). */
const LAST_POINTER_TARGET = 0x3fff

/** Writes a message from front to back, compressing names against those written before. */
export class MessageWriter {
  offset = 0
  private buffer = Buffer.allocUnsafe(512)
  /** Where each name, and each name that it ends in, stands already. */
  private readonly seen = new Map<string, number>()

  uint8(value: number): void {
    this.reserve(1)
    this.offset = this.buffer.writeUInt8(value, this.offset)
  }

  uint16(value: number): void {
    this.reserve(2)
    this.offset = this.buffer.writeUInt16BE(value, this.offset)
  }

  uint32(value: number): void {
    this.reserve(4)
    this.offset = this.buffer.writeUInt32BE(value, this.offset)
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.offset)
    this.offset += bytes.length
  }

  /** A character-string: a length byte and at most 255 bytes (RFC 1035 section 3.3). */
  string(bytes: Uint8Array): void {
    this.uint8(bytes.length)
    this.bytes(bytes)
  }

  name(name: string): void {
    const labels = labelsOf(name)
    const keys = suffixKeys(labels)
    for (const [index, label] of labels.entries()) {
      const key = keys[index] ?? ''
      const target = this.seen.get(key)
      if (target !== undefined) return this.uint16(0xc000 | target)
      if (this.offset <= LAST_POINTER_TARGET) this.seen.set(key, this.offset)
      this.string(Buffer.from(label, 'latin1'))
    }
    this.uint8(0)
  }

  /** Runs `write` and puts the number of bytes that it wrote in the two bytes before them. */
  withLength(write: () => void): void {
    const start = this.offset
    this.uint16(0)
    write()
    this.buffer.writeUInt16BE(this.offset - start - 2, start)
  }

  /** What was written from `start` on, as a copy of its own. */
  finish(start = 0): Buffer {
    return Buffer.from(this.buffer.subarray(start, this.offset))
  }

  private reserve(length: number): void {
    if (this.offset + length <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.offset + length))
    this.buffer.copy(larger, 0, 0, this.offset)
    this.buffer = larger
  }
}

/** For each label the key of it and all labels after it. The lengths keep the label "a.b" apart from "a" and "b". */
function suffixKeys(labels: readonly string[]): string[] {
  let key = ''
  return labels
    .toReversed()
    .map((label) => (key = `${label.length}:${lowerAscii(label)}${key}`))
    .reverse()
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
