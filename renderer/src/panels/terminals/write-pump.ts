/** One terminal's waiting output, as the pump sees it. */
export interface PumpSource {
  /** Starts drawing at most `maxChars`; answers how many it took (0: nothing waits, or the last part is still drawn). */
  pump(maxChars: number): number
  readonly waiting: boolean
}

export interface FrameClock {
  now(): number
  /** Calls back once, at the next frame. */
  next(callback: () => void): void
}

/** A hidden window draws no frames; output goes on at this pace there. */
const WITHOUT_FRAMES_MS = 250

export const BROWSER_FRAMES: FrameClock = {
  now: () => performance.now(),
  next(callback) {
    let called = false
    const once = (): void => {
      if (called) return
      called = true
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      callback()
    }
    const frame = requestAnimationFrame(once)
    const timer = setTimeout(once, WITHOUT_FRAMES_MS)
  },
}

/** A frame that comes later than this was held up: two frames of a 60 Hz screen, and a little slack. */
const LATE_FRAME_MS = 38
const MIN_CHARS = 8 * 1024
const MAX_CHARS = 128 * 1024
const START_CHARS = 32 * 1024
const GROWTH_CHARS = 4 * 1024

/**
 * Shares the window's one thread among all terminals: each frame hands the terminals a number of characters to draw,
 * and that number follows what the machine can do (a late frame halves it, a timely one adds a little, as TCP does with
 * its window), so that a flood in twelve terminals leaves time for clicks and keys.
 */
export class WritePump {
  private readonly sources = new Set<PumpSource>()
  private readonly clock: FrameClock
  private allowance = START_CHARS
  private scheduled = false
  private lastFrameAt: number | null = null

  constructor(clock: FrameClock = BROWSER_FRAMES) {
    this.clock = clock
  }

  /** Characters that the next frame may draw, over all terminals. */
  get charsPerFrame(): number {
    return this.allowance
  }

  /** Says that a source has output. Cheap; call it for every piece. */
  wake(source: PumpSource): void {
    this.sources.add(source)
    this.schedule()
  }

  remove(source: PumpSource): void {
    this.sources.delete(source)
  }

  private schedule(): void {
    if (this.scheduled || this.sources.size === 0) return
    this.scheduled = true
    this.clock.next(() => this.frame())
  }

  private frame(): void {
    this.scheduled = false
    this.adapt(this.clock.now())
    let left = this.allowance
    let toServe = this.sources.size
    // Re-inserting a source puts it last, so that the next frame begins with another one.
    for (const source of [...this.sources]) {
      const taken = source.pump(Math.max(1024, Math.floor(left / toServe)))
      left = Math.max(0, left - taken)
      toServe -= 1
      this.sources.delete(source)
      if (source.waiting) this.sources.add(source)
    }
    if (this.sources.size === 0) this.lastFrameAt = null
    this.schedule()
  }

  private adapt(now: number): void {
    if (this.lastFrameAt !== null) {
      const late = now - this.lastFrameAt > LATE_FRAME_MS
      this.allowance = late
        ? Math.max(MIN_CHARS, Math.floor(this.allowance / 2))
        : Math.min(MAX_CHARS, this.allowance + GROWTH_CHARS)
    }
    this.lastFrameAt = now
  }
}
