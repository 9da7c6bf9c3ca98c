import type { AckBatch } from './ack-batch.ts'
import { OutputBacklog } from './output-backlog.ts'
import type { PumpSource, WritePump } from './write-pump.ts'

/** What draws the output: xterm.js, or a test. */
export interface TerminalScreen {
  /** Calls `done` when the data is in the screen's buffer, with the milliseconds that this took. */
  write(data: string, done: (tookMs: number) => void): void
  reset(): void
}

/** Colours that a cut may have left switched on. */
const RESET_COLOURS = '\u001b[0m'

export interface OutletOptions {
  readonly pump: WritePump
  readonly acks: AckBatch
  /** Lines that the screen keeps; while it is hidden, no more than these wait for it. */
  readonly keptLines: number
}

/**
 * The last stretch of a terminal's output, to one screen. A visible screen is fed piece by piece, and what it owes is
 * acknowledged when it is drawn. For a hidden one the output waits in a bounded backlog and costs no drawing.
 */
export class FeedOutlet implements PumpSource {
  screen: TerminalScreen | null = null
  private readonly options: OutletOptions
  private readonly backlog = new OutputBacklog()
  private shown = false
  private drawing = false
  private resetFirst = false
  private colourResetFirst = false
  /** Characters at the end of the backlog that are to be acknowledged once they are drawn. */
  private owed = 0

  constructor(options: OutletOptions) {
    this.options = options
  }

  get visible(): boolean {
    return this.shown && this.screen !== null
  }

  get waiting(): boolean {
    return this.visible && (this.backlog.chars > 0 || this.resetFirst)
  }

  /** `owed`: the acknowledgement of this piece is this outlet's affair. */
  receive(data: string, reset: boolean, owed: boolean): void {
    if (reset) this.startAnew()
    this.backlog.push(data)
    if (owed) this.owed += data.length
    if (this.visible) this.options.pump.wake(this)
    else this.trim()
  }

  setVisible(visible: boolean): void {
    if (this.shown === visible) return
    this.shown = visible
    if (this.visible) {
      this.options.pump.wake(this)
      return
    }
    this.payAll()
    this.trim()
  }

  /** Draws the next piece; one at a time, because xterm.js would otherwise queue them itself. */
  pump(maxChars: number): void {
    const { screen } = this
    if (!screen || this.drawing || !this.waiting) return
    if (this.resetFirst) {
      this.resetFirst = false
      screen.reset()
    }
    const paidAhead = this.backlog.chars - this.owed
    const piece = this.backlog.take(maxChars)
    if (piece === '') return
    const owed = Math.max(0, piece.length - paidAhead)
    this.owed -= owed
    const prefix = this.colourResetFirst ? RESET_COLOURS : ''
    this.colourResetFirst = false
    this.drawing = true
    screen.write(prefix + piece, (tookMs) => {
      this.drawing = false
      this.options.pump.noteCost(piece.length, tookMs)
      this.options.acks.add(owed)
      if (this.waiting) this.options.pump.wake(this)
    })
  }

  dispose(): void {
    this.shown = false
    this.options.pump.remove(this)
  }

  private startAnew(): void {
    this.payAll()
    this.backlog.clear()
    this.resetFirst = true
    this.colourResetFirst = false
  }

  private payAll(): void {
    this.options.acks.add(this.owed)
    this.owed = 0
  }

  private trim(): void {
    if (!this.backlog.trim(this.options.keptLines)) return
    // What the screen shows lies before the gap and would have scrolled out of it.
    this.resetFirst = true
    this.colourResetFirst = true
  }
}
