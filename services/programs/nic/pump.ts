import type { Socket } from 'node:net'
import type { PacketFault } from '../../protocols/nic/records.ts'
import { StreamWire, type StreamEnd } from './faults/stream-wire.ts'
import type { ActiveFault } from './faults/wire-faults.ts'
import { givePumpBuffers, takePumpBuffers } from './pump-buffers.ts'
import { createWriter, type SocketWriter } from './socket-writer.ts'
import type { Reader } from './sockets.ts'
import { atEndOfTurn } from './turn-end.ts'

/** What a pump tells its connection. */
export interface PumpOwner {
  /** Bytes arrived. Returns false to stop reading until `resume`. */
  arrived(pump: Pump, chunk: Buffer): boolean
  /** Both sides are to be reset: a reset arrived, behind what was under way. */
  reset(): void
  /** A fault resets the connection. */
  mustReset(): void
  /** What faults do to what was forwarded just now. */
  marked(fault: PacketFault | null, delayMs: number): void
}

const NOTHING = Buffer.alloc(0)

/**
 * One direction of a connection: reads from `source`, writes to `sink`, and never holds more than one buffer of bytes.
 *
 * Small messages are written at the end of the turn of the event loop, all connections' together. Writing each at once
 * would wake its receiver, which takes the processor away from us with the next message unread: on two processors that
 * meant 0.4 switches per request where there are 0.15 now (wrk, 32 connections).
 */
export class Pump implements StreamEnd {
  readonly out: boolean
  readonly reader: Reader
  /** Bytes that arrived so far. */
  offset = 0
  /** No more comes from the source, and the sink has been told or will be. */
  ended = false
  private source: Socket | null = null
  private sink: Socket | null = null
  private writer: SocketWriter | null = null
  /** Until the sink has taken what it was given. */
  private waiting = false
  private endWhenDrained = false
  /** Somebody other than the sink wants no bytes now. */
  private paused = false
  /** What faults let through late; null nearly always. */
  private wire: StreamWire | null = null
  private wirePaused = false
  private readonly owner: PumpOwner
  private readonly buffers = takePumpBuffers()
  private putOffBytes = 0
  /** The end of this turn has something to do here. */
  private isPutOff = false
  private finishing = false
  /** The bytes that arrived last: messages of one connection often have the same length, and so the same view. */
  private arrivedView: Buffer = NOTHING
  private putOffView: Buffer = NOTHING

  constructor(owner: PumpOwner, out: boolean) {
    this.owner = owner
    this.out = out
    const { read } = this.buffers
    this.reader = {
      buffer: read,
      callback: (count, buffer) => {
        // Not the own buffer: where sockets can't read into it, each chunk is one of its own.
        if (buffer !== read) return owner.arrived(this, buffer)
        if (this.arrivedView.length !== count) this.arrivedView = buffer.subarray(0, count)
        return owner.arrived(this, this.arrivedView)
      },
    }
  }

  /** Begins to read. */
  start(source: Socket, sink: Socket): void {
    this.source = source
    this.sink = sink
    this.writer = createWriter(sink, () => this.drained())
    source.resume()
  }

  /**
   * Sends bytes on; they must stay as they are until they are written. Returns false when the sink is slow: reading must
   * stop, and goes on by itself when they are written.
   */
  forward(bytes: Buffer): boolean {
    return this.wire === null ? this.pass(bytes) : this.wire.send(bytes)
  }

  private pass(bytes: Buffer): boolean {
    const { putOff } = this.buffers
    const end = this.putOffBytes + bytes.length
    if (this.waiting || end > putOff.length) {
      this.flush()
      return this.write(bytes)
    }
    // A copy, for the source may be read again in this turn.
    putOff.set(bytes, this.putOffBytes)
    this.putOffBytes = end
    this.putOffToTurnsEnd()
    return true
  }

  endOfTurn(): void {
    this.isPutOff = false
    this.flush()
    if (this.waiting) this.source?.pause()
    if (!this.finishing) return
    this.finishing = false
    // Not while bytes wait: a stream that is ending can't be reset any more.
    if (this.waiting) this.endWhenDrained = true
    else this.finish()
  }

  /** Writes what is put off: for whoever must come behind it. */
  flush(): void {
    const count = this.putOffBytes
    if (count === 0) return
    this.putOffBytes = 0
    if (this.putOffView.length !== count) this.putOffView = this.buffers.putOff.subarray(0, count)
    this.write(this.putOffView)
  }

  /** What lies in the way from now on. What is under way arrives as it would have, at once when there is nothing any more. */
  setFaults(faults: readonly ActiveFault[]): void {
    if (faults.length > 0 && this.wire === null) this.wire = new StreamWire(this.out, faults, this)
    else this.wire?.change(faults)
    if (faults.length === 0) this.wire = null
  }

  /** Tells the sink that no more comes, behind all that was forwarded. */
  end(): void {
    if (this.wire === null) this.deliverEnd()
    else this.wire.sendEnd()
  }

  /** The source's side was reset; so the sink will be, behind what is under way. Returns false when nothing is in the way. */
  resetByWire(): boolean {
    if (this.wire === null) return false
    this.wire.sendReset()
    return true
  }

  deliver(bytes: Buffer): boolean {
    const taken = this.pass(bytes)
    if (!taken) this.source?.pause()
    return taken
  }

  deliverEnd(): void {
    this.finishing = true
    this.putOffToTurnsEnd()
  }

  deliverReset(): void {
    this.owner.reset()
  }

  breakOff(): void {
    this.owner.mustReset()
  }

  mark(fault: PacketFault | null, delayMs: number): void {
    this.owner.marked(fault, delayMs)
  }

  makeWait(): void {
    this.wirePaused = true
    this.source?.pause()
  }

  letSend(): void {
    this.wirePaused = false
    this.goOn()
  }

  private putOffToTurnsEnd(): void {
    if (this.isPutOff) return
    this.isPutOff = true
    atEndOfTurn(this)
  }

  private finish(): void {
    // A reset came before the end of the turn.
    if (this.sink?.destroyed === true) return
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
    this.goOn()
  }

  /** Both sockets are closed: the buffers may serve another connection. */
  release(): void {
    this.wire?.close()
    this.wire = null
    this.putOffBytes = 0
    this.finishing = false
    this.source = null
    this.sink = null
    this.writer = null
    givePumpBuffers(this.buffers)
  }

  private goOn(): void {
    if (!this.waiting && !this.paused && !this.wirePaused) this.source?.resume()
  }

  private write(bytes: Buffer): boolean {
    if (this.writer === null || this.writer.write(bytes)) return true
    this.waiting = true
    return false
  }

  private drained(): void {
    this.waiting = false
    if (this.endWhenDrained) this.finish()
    else this.goOn()
  }
}
