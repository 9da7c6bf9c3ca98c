/** Time-outs of many connections: one timer looks at all of them, because a timer per request would cost more than the request. */

export interface Expiring {
  /** When it expires, in the clock of `Deadlines.now`; Infinity for never. */
  deadlineAt: number
  expire(): void
}

/** How exact time-outs are. */
const TICK_MS = 50
/** A longer pause than this between two ticks was no time that peers had: this process was frozen or busy, or the machine slept. */
const MAX_STEP_MS = 2 * TICK_MS

export class Deadlines {
  /** Ms that the program was awake, as of the last tick. */
  now = 0
  private readonly items = new Set<Expiring>()
  private readonly timer: NodeJS.Timeout
  private lastTick = performance.now()

  constructor() {
    this.timer = setInterval(() => this.tick(), TICK_MS)
    this.timer.unref()
  }

  add(item: Expiring): void {
    this.items.add(item)
  }

  remove(item: Expiring): void {
    this.items.delete(item)
  }

  /** The deadline of something that may take so long from now on; null is for ever. Up to two ticks late, never early. */
  after(ms: number | null): number {
    return ms === null ? Number.POSITIVE_INFINITY : this.now + TICK_MS + ms
  }

  close(): void {
    clearInterval(this.timer)
    this.items.clear()
  }

  private tick(): void {
    const time = performance.now()
    this.now += Math.min(time - this.lastTick, MAX_STEP_MS)
    this.lastTick = time
    for (const item of this.items) {
      if (item.deadlineAt > this.now) continue
      item.deadlineAt = Number.POSITIVE_INFINITY
      item.expire()
    }
  }
}
