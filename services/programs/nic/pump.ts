import type { Socket } from 'node:net'
import { giveReadBuffer, takeReadBuffer } from './read-buffers.ts'
import type { Reader } from './sockets.ts'

/** What a pump tells its connection. */
export interface PumpOwner {
  /** Bytes arrived. Returns false to stop reading until `resume`. */
  arrived(pump: Pump, chunk: Buffer): boolean
}

const NOTHING = Buffer.alloc(0)

/** One direction of a connection: reads from `source`, writes to `sink`, and never holds more than one buffer of bytes. */
export class Pump {
  readonly out: boolean
  readonly reader: Reader
  /** Bytes that arrived so far. */
  offset = 0
  /** No more comes from the source, and the sink has been told or will be. */
  ended = false
  private source: Socket | null = null
  private sink: Socket | null = null
  private waiting = false
  private endWhenDrained = false
  /** Somebody other than the sink wants no bytes now. */
  private paused = false
  private readonly onWritten = (): void => this.written()
  /** The bytes that arrived last: messages of one connection often have the same length, and so the same view. */
  private view: Buffer = NOTHING

  constructor(owner: PumpOwner, out: boolean) {
    this.out = out
    this.reader = {
      buffer: takeReadBuffer(),
      callback: (count, buffer) => {
        // Not the own buffer: where sockets can't read into it, each chunk is one of its own.
        if (buffer !== this.reader.buffer) return owner.arrived(this, buffer)
        if (this.view.length !== count) this.view = buffer.subarray(0, count)
        return owner.arrived(this, this.view)
      },
    }
  }

  /** Begins to read. */
  start(source: Socket, sink: Socket): void {
    this.source = source
    this.sink = sink
    source.resume()
  }

  /**
   * Sends bytes on; they must stay as they are until they are written. Returns false when the sink is slow: reading must
   * stop, and goes on by itself when they are written.
   */
  forward(bytes: Buffer): boolean {
    const { sink } = this
    if (sink === null || sink.destroyed) return true
    sink.write(bytes)
    // Nearly always the system took all at once; only otherwise a callback is worth its price.
    if (sink.writableLength === 0) return true
    if (!this.waiting) {
      this.waiting = true
      sink.write(NOTHING, this.onWritten)
    }
    return false
  }

  /** Tells the sink that no more comes, behind all that was forwarded. */
  end(): void {
    // Not while bytes wait: a stream that is ending can't be reset any more.
    if (this.waiting) this.endWhenDrained = true
    else this.finish()
  }

  private finish(): void {
    // Nothing comes back either: closing says the same as ending, for half the price.
    if (this.sink?.readableEnded === true) this.sink.destroy()
    else this.sink?.end()
  }

  /** Reads no more until `resume`, whatever the sink takes. */
  pause(): void {
    this.paused = true
    this.source?.pause()
  }

  resume(): void {
    this.paused = false
    if (!this.waiting) this.source?.resume()
  }

  /** Both sockets are closed: the buffer may serve another connection. */
  release(): void {
    giveReadBuffer(this.reader.buffer)
    this.source = null
    this.sink = null
  }

  private written(): void {
    const { sink } = this
    if (sink === null || sink.destroyed) return
    if (sink.writableLength > 0) {
      sink.write(NOTHING, this.onWritten)
      return
    }
    this.waiting = false
    if (this.endWhenDrained) this.finish()
    else if (!this.paused) this.source?.resume()
  }
}
