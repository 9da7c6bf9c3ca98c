import type { LabClient } from '../../client/client.ts'
import { AckBatch } from './ack-batch.ts'
import { FeedOutlet } from './feed-outlet.ts'
import type { WritePump } from './write-pump.ts'

export interface FeedOptions {
  readonly service: string
  readonly client: Pick<LabClient, 'run' | 'onTerminalData'>
  readonly pump: WritePump
  /** Lines that the screens of the tab and of the tile keep. */
  readonly tabLines: number
  readonly tileLines: number
  /** There is something to draw. */
  readonly onOutput: () => void
}

/**
 * The way of one service's terminal bytes from the engine to its screens: the tab's with the whole scrollback, and the
 * tile's with the last lines. The visible one decides the pace, so the engine never runs further ahead than its window
 * (TERMINAL_WINDOW_CHARS); while none is visible, output is acknowledged as it comes.
 */
export class TerminalFeed {
  readonly tab: FeedOutlet
  readonly tile: FeedOutlet
  private readonly options: FeedOptions
  private readonly acks: AckBatch
  private endListening: (() => void) | null = null
  private disposed = false

  constructor(options: FeedOptions) {
    this.options = options
    const { pump } = options
    this.acks = new AckBatch((chars) => this.acknowledge(chars))
    this.tab = new FeedOutlet({ pump, acks: this.acks, keptLines: options.tabLines })
    this.tile = new FeedOutlet({ pump, acks: this.acks, keptLines: options.tileLines })
  }

  get attached(): boolean {
    return this.endListening !== null
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

  dispose(): void {
    this.disposed = true
    this.tab.dispose()
    this.tile.dispose()
    this.acks.cancel()
    if (!this.attached) return
    this.stopListening()
    const { client, service } = this.options
    client.run('detachTerminal', { service }).catch(ignoreGone)
  }

  private receive(data: string, reset: boolean): void {
    const outlets = [this.tab, this.tile]
    const drawing = outlets.find((outlet) => outlet.visible)
    for (const outlet of outlets) outlet.receive(data, reset, outlet === drawing)
    if (!drawing) this.acks.add(data.length)
    if (data !== '') this.options.onOutput()
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
