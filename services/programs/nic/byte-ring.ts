/**
 * A ring of bytes, allocated once. Positions count all bytes ever written, so that a position says by itself whether its
 * bytes are still there.
 */
export class ByteRing {
  readonly capacity: number
  /** Position behind the newest byte. */
  end = 0
  private readonly bytes: Buffer

  constructor(capacity: number) {
    this.capacity = capacity
    // Not zeroed: the system gives the memory page by page, when it is written to first.
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Copies the first `length` bytes of `source`, over the oldest ones; returns their position. `length` <= capacity. */
  write(source: Buffer, length: number): number {
    const position = this.end
    const at = position % this.capacity
    const untilWrap = this.capacity - at
    if (length <= untilWrap) source.copy(this.bytes, at, 0, length)
    else {
      source.copy(this.bytes, at, 0, untilWrap)
      source.copy(this.bytes, 0, untilWrap, length)
    }
    this.end = position + length
    return position
  }

  /** A copy of the bytes at a position that is still there. */
  read(position: number, length: number): Buffer {
    const at = position % this.capacity
    const untilWrap = this.capacity - at
    if (length <= untilWrap) return Buffer.from(this.bytes.subarray(at, at + length))
    return Buffer.concat([this.bytes.subarray(at), this.bytes.subarray(0, length - untilWrap)])
  }
}
