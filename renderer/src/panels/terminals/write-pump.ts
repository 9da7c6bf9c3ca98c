/** One terminal's waiting output, as the pump sees it. */
export interface PumpSource {
  /** Starts drawing at most `maxChars`; does nothing while the last part is still drawn. */
  pump(maxChars: number): void
  readonly waiting: boolean
}

export interface FrameClock {
  /** Calls back once, at the next frame. */
  next(callback: () => void): void
}

/** A hidden window draws no frames; output goes on at this pace there. */
const WITHOUT_FRAMES_MS = 250

export const BROWSER_FRAMES: FrameClock = {
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

/** Parsing may take this much of a frame of 16 ms; drawing the rows and the window's own work need the rest. */
const PARSE_BUDGET_MS = 7
/** Each terminal that changed is drawn anew in the next frame: with many at once, they take turns. */
const SOURCES_PER_FRAME = 3
const MIN_CHARS_PER_FRAME = 4 * 1024
const MAX_CHARS_PER_FRAME = 128 * 1024
/** 4 million characters a second, until it was measured. */
const FIRST_GUESS_MS_PER_CHAR = 1 / 4000
/** How much a new measurement counts against the earlier ones. */
const NEWEST_WEIGHT = 0.2

/**
 * Shares the window's one thread among all terminals: each frame hands a few of them, in turn, as many characters as can
 * be parsed in a part of that frame. How many that is, is measured all the time, so that a flood in twelve terminals
 * leaves time for clicks and keys on a slow machine too.
 */
export class WritePump {
  private readonly sources = new Set<PumpSource>()
  private readonly clock: FrameClock
  private msPerChar = FIRST_GUESS_MS_PER_CHAR
  private scheduled = false

  constructor(clock: FrameClock = BROWSER_FRAMES) {
    this.clock = clock
  }

  /** Characters that a frame may draw, over all terminals. */
  get charsPerFrame(): number {
    const affordable = Math.floor(PARSE_BUDGET_MS / this.msPerChar)
    return Math.min(MAX_CHARS_PER_FRAME, Math.max(MIN_CHARS_PER_FRAME, affordable))
  }

  /** Says that a source has output. Cheap; call it for every piece. */
  wake(source: PumpSource): void {
    this.sources.add(source)
    this.schedule()
  }

  remove(source: PumpSource): void {
    this.sources.delete(source)
  }

  /** Learns what parsing costs here and now. Short pieces tell more about the clock than about the parser. */
  noteCost(chars: number, ms: number): void {
    if (chars < 1024) return
    this.msPerChar += NEWEST_WEIGHT * (ms / chars - this.msPerChar)
  }

  private schedule(): void {
    if (this.scheduled || this.sources.size === 0) return
    this.scheduled = true
    this.clock.next(() => this.frame())
  }

  private frame(): void {
    this.scheduled = false
    const turn = [...this.sources].slice(0, SOURCES_PER_FRAME)
    const share = Math.floor(this.charsPerFrame / turn.length)
    for (const source of turn) {
      source.pump(share)
      // A set keeps the order of insertion: whoever had its turn goes to the end.
      this.sources.delete(source)
      if (source.waiting) this.sources.add(source)
    }
    this.schedule()
  }
}
