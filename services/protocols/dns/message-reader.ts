import { MAX_LABEL_LENGTH, MAX_NAME_LENGTH } from './codes.ts'
import { nameFromLabels } from './name.ts'

/** Bytes that are not a DNS message. */
export class DnsFormatError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DnsFormatError'
  }
}

/** Reads a message from front to back; every read past the end is a `DnsFormatError`. */
export class MessageReader {
  offset = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get length(): number {
    return this.bytes.length
  }

  uint8(): number {
    const value = this.bytes[this.offset]
    if (value === undefined)
      throw new DnsFormatError(`the message ends at byte ${this.offset}, in the middle of a field`)
    this.offset += 1
    return value
  }

  uint16(): number {
    return (this.uint8() << 8) | this.uint8()
  }

  uint32(): number {
    return this.uint16() * 0x10000 + this.uint16()
  }

  take(length: number): Uint8Array {
    const end = this.offset + length
    if (end > this.bytes.length) throw new DnsFormatError(`a field of ${length} bytes reaches past the message's end`)
    const part = Uint8Array.from(this.bytes.subarray(this.offset, end))
    this.offset = end
    return part
  }

  /**
   * A name, following compression pointers (RFC 1035 section 4.1.4). A pointer must lead to before the part of the name that
   * holds it, so pointers can neither loop nor make reading slow.
   */
  name(): string {
    const labels: string[] = []
    let wireLength = 1
    let partStart = this.offset
    let resumeAt: number | null = null
    for (;;) {
      const length = this.uint8()
      if (length === 0) break
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | this.uint8()
        if (target >= partStart)
          throw new DnsFormatError(`the pointer at byte ${this.offset - 2} does not lead backwards`)
        resumeAt ??= this.offset
        this.offset = partStart = target
        continue
      }
      if (length > MAX_LABEL_LENGTH)
        throw new DnsFormatError(`byte ${this.offset - 1} starts no label and is no pointer`)
      wireLength += 1 + length
      if (wireLength > MAX_NAME_LENGTH) throw new DnsFormatError(`a name is longer than ${MAX_NAME_LENGTH} bytes`)
      labels.push(String.fromCharCode(...this.take(length)))
    }
    if (resumeAt !== null) this.offset = resumeAt
    return nameFromLabels(labels)
  }
}
