import type { PacketFault } from '../../../protocols/nic/records.ts'
import { fateOf, noteArrival } from './fates.ts'
import type { ActiveFault } from './wire-faults.ts'

/** Where a stream's bytes go when they have arrived. */
export interface StreamEnd {
  /** Bytes that stay as they are. Returns false when whoever takes them is slow. */
  deliver(bytes: Buffer): boolean
  /** The sender said all it had to say. */
  deliverEnd(): void
  /** The sender's side is gone. */
  deliverReset(): void
  /** A fault resets the connection. */
  breakOff(): void
  /** What faults do to what was sent just now, and how long they keep it on the way. */
  mark(fault: PacketFault | null, delayMs: number): void
  /** The sender has to wait until `letSend`. */
  makeWait(): void
  letSend(): void
}

interface UnderWay {
  readonly what: Buffer | 'end' | 'reset'
  readonly cameMs: number
  /** Infinity: not before the faults change. */
  dueMs: number
}

/** Timers are late by up to a millisecond and never early. */
const TIMER_EARLY_MS = 0.5
const DEFAULT_MAX_QUEUED_BYTES = 1024 * 1024

/** One direction of a TCP connection that faults lie in the way of: what is sent arrives late, or not while they last. */
export class StreamWire {
  private readonly out: boolean
  private readonly end: StreamEnd
  private faults: readonly ActiveFault[]
  private queue: UnderWay[] = []
  /** What is said of what is being sent: of its first piece that something happens to. */
  private marked: PacketFault | null = null
  private queuedBytes = 0
  private lastDueMs = 0
  private waiting = false
  private timer: NodeJS.Timeout | null = null

  constructor(out: boolean, faults: readonly ActiveFault[], end: StreamEnd) {
    this.out = out
    this.faults = faults
    this.end = end
  }

  /** Sends bytes (copied here). Returns false when the sender must wait until `letSend`. */
  send(bytes: Buffer): boolean {
    const largest = Math.min(...this.faults.map(({ fault }) => fault.maxPieceBytes ?? Infinity))
    const copy = Buffer.from(bytes)
    for (let from = 0; from < copy.length; from += largest)
      this.add(copy.subarray(from, Math.min(copy.length, from + largest)))
    this.tellMark()
    this.arrange()
    if (this.queuedBytes > this.maxQueuedBytes && !this.waiting) {
      this.waiting = true
      this.end.makeWait()
    }
    return !this.waiting
  }

  sendEnd(): void {
    this.add('end')
    this.tellMark()
    this.arrange()
  }

  sendReset(): void {
    this.add('reset')
    this.tellMark()
    this.arrange()
  }

  /** Other faults lie in the way; what was kept by those that are over goes on. None: all arrives at once. */
  change(faults: readonly ActiveFault[]): void {
    this.faults = faults
    const queue = this.queue
    const nowMs = performance.now()
    this.lastDueMs = 0
    for (const one of queue) {
      if (faults.length === 0) one.dueMs = nowMs
      else if (one.dueMs === Infinity || this.lastDueMs === Infinity) one.dueMs = this.dueOf(one.what, nowMs)
      this.lastDueMs = Math.max(this.lastDueMs, one.dueMs)
    }
    this.marked = null
    this.arrange()
  }

  /** The connection is over: nothing arrives any more. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.queue = []
    this.queuedBytes = 0
  }

  private get maxQueuedBytes(): number {
    return Math.min(...this.faults.map(({ fault }) => fault.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES))
  }

  private add(what: UnderWay['what']): void {
    const cameMs = performance.now()
    const dueMs = this.dueOf(what, cameMs)
    this.lastDueMs = Math.max(this.lastDueMs, dueMs)
    this.queue.push({ what, cameMs, dueMs })
    this.queuedBytes += bytesOf(what)
  }

  private tellMark(): void {
    // Behind what is kept, everything is.
    const marked = this.marked ?? (this.lastDueMs === Infinity ? 'kept' : null)
    this.marked = null
    const delayMs = this.lastDueMs === Infinity ? 0 : Math.max(0, this.lastDueMs - performance.now())
    if (marked !== null || delayMs > 0) this.end.mark(marked, delayMs)
  }

  /** Nothing overtakes what was sent before it. */
  private dueOf(what: UnderWay['what'], nowMs: number): number {
    const piece = { transport: 'tcp', out: this.out, bytes: bytesOf(what), readyMs: nowMs } as const
    const { fate, mark } = fateOf(piece, this.faults)
    this.marked ??= mark
    if (fate === 'reset') {
      // By the fault, not by the sender: it does not wait for what is under way.
      queueMicrotask(() => this.end.breakOff())
      return Infinity
    }
    return typeof fate === 'number' ? Math.max(fate, this.lastDueMs) : Infinity
  }

  /** Delivers what is due, and looks again when the next is. */
  private arrange(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const nowMs = performance.now()
    for (
      let first = this.queue[0];
      first !== undefined && first.dueMs <= nowMs + TIMER_EARLY_MS;
      first = this.queue[0]
    ) {
      this.queue.shift()
      this.deliver(first, nowMs)
    }
    const next = this.queue[0]
    if (next !== undefined && next.dueMs !== Infinity)
      this.timer = setTimeout(() => this.arrange(), Math.max(0, next.dueMs - performance.now()))
    if (this.waiting && this.queuedBytes <= this.maxQueuedBytes / 2) {
      this.waiting = false
      this.end.letSend()
    }
  }

  private deliver({ what, cameMs }: UnderWay, nowMs: number): void {
    if (what === 'end') return this.end.deliverEnd()
    if (what === 'reset') return this.end.deliverReset()
    this.queuedBytes -= what.length
    noteArrival(this.faults, what.length, nowMs - cameMs)
    this.end.deliver(what)
  }
}

function bytesOf(what: UnderWay['what']): number {
  return typeof what === 'string' ? 0 : what.length
}
