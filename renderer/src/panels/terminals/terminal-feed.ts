import type { LabClient } from '../../client/client.ts'
import { AckBatch } from './ack-batch.ts'
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

export interface FeedOptions {
  readonly service: string
  readonly client: Pick<LabClient, 'run' | 'onTerminalData'>
  readonly pump: WritePump
  readonly screen: TerminalScreen
  /** Lines that the screen keeps; a hidden terminal keeps no more of its waiting output. */
  readonly scrollbackLines: number
}

/**
 * The way of one service's terminal bytes from the engine to its screen. While the screen is visible, a piece is
 * acknowledged when it is drawn, so the engine never runs further ahead than its window. While it is hidden, output is
 * acknowledged as it comes and waits in a bounded backlog.
 */
export class TerminalFeed implements PumpSource {
  private readonly options: FeedOptions
  private readonly backlog = new OutputBacklog()
  private readonly acks: AckBatch
  private endListening: (() => void) | null = null
  private visible = false
  private drawing = false
  private resetFirst = false
  private colourResetFirst = false
  /** Characters at the front of the backlog that were acknowledged already. */
  private acknowledgedAhead = 0
  private disposed = false

  constructor(options: FeedOptions) {
    this.options = options
    this.acks = new AckBatch((chars) => this.acknowledge(chars))
  }

  get attached(): boolean {
    return this.endListening !== null
  }

  get waiting(): boolean {
    return this.visible && (this.backlog.chars > 0 || this.resetFirst)
  }

  /** Asks the engine for the terminal's output; does nothing when that was done. Rejects with the engine's `LabError`. */
  async attach(): Promise<void> {
    if (this.attached || this.disposed) return
    const { client, service } = this.options
    this.endListening = client.onTerminalData(service, (data, reset) => this.receive(data, reset))
    try {
      await client.run('attachTerminal', { service })
    } catch (error) {
      this.stopListening()
      throw error
    }
  }

  setVisible(visible: boolean): void {
    if (this.visible === visible) return
    this.visible = visible
    if (visible) this.options.pump.wake(this)
    else this.keepHidden()
  }

  /** Draws the next piece; one at a time, because xterm.js would otherwise queue them itself. */
  pump(maxChars: number): void {
    if (this.drawing || !this.waiting) return
    if (this.resetFirst) {
      this.resetFirst = false
      this.options.screen.reset()
    }
    const piece = this.backlog.take(maxChars)
    if (piece === '') return
    const known = Math.min(piece.length, this.acknowledgedAhead)
    this.acknowledgedAhead -= known
    const prefix = this.colourResetFirst ? RESET_COLOURS : ''
    this.colourResetFirst = false
    this.drawing = true
    this.options.screen.write(prefix + piece, (tookMs) => {
      this.drawing = false
      this.options.pump.noteCost(piece.length, tookMs)
      this.acks.add(piece.length - known)
      if (this.waiting) this.options.pump.wake(this)
    })
  }

  dispose(): void {
    this.disposed = true
    this.visible = false
    this.options.pump.remove(this)
    this.acks.cancel()
    if (!this.attached) return
    this.stopListening()
    const { client, service } = this.options
    client.run('detachTerminal', { service }).catch(ignoreGone)
  }

  private receive(data: string, reset: boolean): void {
    if (reset) {
      this.acks.add(this.backlog.chars - this.acknowledgedAhead)
      this.acknowledgedAhead = 0
      this.backlog.clear()
      this.resetFirst = true
      this.colourResetFirst = false
    }
    this.backlog.push(data)
    if (this.visible) this.options.pump.wake(this)
    else this.keepHidden()
  }

  private keepHidden(): void {
    this.acks.add(this.backlog.chars - this.acknowledgedAhead)
    if (this.backlog.trim(this.options.scrollbackLines)) {
      // What the screen shows lies before the gap and would have scrolled out of it.
      this.resetFirst = true
      this.colourResetFirst = true
    }
    this.acknowledgedAhead = this.backlog.chars
  }

  private stopListening(): void {
    this.endListening?.()
    this.endListening = null
  }

  private acknowledge(chars: number): void {
    this.options.client.run('ackTerminal', { service: this.options.service, chars }).catch(ignoreGone)
  }
}

/** The service may be gone by the time a message arrives; then there is nobody left to tell. */
function ignoreGone(): void {}
