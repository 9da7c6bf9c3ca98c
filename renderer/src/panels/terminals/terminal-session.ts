import { shallowReactive } from 'vue'
import type { LabClient } from '../../client/client.ts'
import type { FrameQueue } from './frame-queue.ts'
import { TerminalFeed } from './terminal-feed.ts'
import type { TerminalAction } from './terminal-keys.ts'
import { TerminalPane, type TerminalPlace, type TerminalPreferences } from './terminal-pane.ts'
import type { WritePump } from './write-pump.ts'

export interface SessionOptions {
  readonly service: string
  readonly client: LabClient
  readonly pump: WritePump
  /** Tiles come one per frame: making a terminal takes a while. */
  readonly turns: FrameQueue
  readonly preferences: () => TerminalPreferences
  readonly onAction: (action: TerminalAction) => void
  readonly onFailure: (error: unknown) => void
}

const SCROLLBACK_LINES: Readonly<Record<TerminalPlace, number>> = { tab: 10_000, tile: 200 }
/** The contract's limit for one `writeTerminal`. */
const MAX_INPUT_CHARS = 64 * 1024
/** The program is told a new size when a drag has ended: each change may make it redraw. */
const TELL_SIZE_AFTER_MS = 150

/**
 * One service's terminal for as long as its lab lives. It has two screens on the same output: the tab's with the whole
 * scrollback, and the tile's with the last lines, so that showing all terminals neither folds nor forgets long lines.
 */
export class TerminalSession {
  readonly service: string
  readonly status: { hasOutput: boolean } = shallowReactive({ hasOutput: false })
  private readonly options: SessionOptions
  private readonly feed: TerminalFeed
  private readonly panes = new Map<TerminalPlace, TerminalPane>()
  private readonly waitingTiles = new Map<HTMLElement, () => void>()
  private takesInput = false
  private pid: number | null = null
  private size: { readonly cols: number; readonly rows: number } | null = null
  private sizeTimer: ReturnType<typeof setTimeout> | null = null
  private inputSent: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions) {
    this.options = options
    this.service = options.service
    this.feed = new TerminalFeed({
      service: options.service,
      client: options.client,
      pump: options.pump,
      tabLines: SCROLLBACK_LINES.tab,
      tileLines: SCROLLBACK_LINES.tile,
      onOutput: () => (this.status.hasOutput = true),
    })
  }

  /** The screen for a place, made on first need. */
  pane(place: TerminalPlace): TerminalPane {
    const known = this.panes.get(place)
    if (known) return known
    const pane = new TerminalPane({
      place,
      scrollbackLines: SCROLLBACK_LINES[place],
      outlet: this.feed[place],
      preferences: this.options.preferences(),
      onInput: (data) => this.sendInput(data),
      onAction: this.options.onAction,
      onFit: (cols, rows) => this.noteSize(place, cols, rows),
    })
    pane.setTakesInput(this.takesInput)
    this.panes.set(place, pane)
    return pane
  }

  /** Shows the terminal in `host`, and asks the engine for its output when that was not done yet. */
  mount(host: HTMLElement, place: TerminalPlace): void {
    if (place === 'tab') this.pane('tab').mount(host)
    else
      this.waitingTiles.set(
        host,
        this.options.turns.add(() => this.mountTile(host)),
      )
    this.attach()
  }

  unmount(host: HTMLElement): void {
    this.waitingTiles.get(host)?.()
    this.waitingTiles.delete(host)
    for (const pane of this.panes.values()) pane.unmount(host)
  }

  /** Follows the program: whether it takes input, and whether it is a new one that knows no size yet. */
  setProgram(takesInput: boolean, pid: number | null): void {
    this.takesInput = takesInput
    for (const pane of this.panes.values()) pane.setTakesInput(takesInput)
    const isNew = pid !== null && pid !== this.pid
    this.pid = pid
    if (!isNew) return
    this.attach()
    this.scheduleTellSize()
  }

  applyPreferences(): void {
    const preferences = this.options.preferences()
    for (const pane of this.panes.values()) pane.applyPreferences(preferences)
  }

  dispose(): void {
    this.feed.dispose()
    for (const cancel of this.waitingTiles.values()) cancel()
    for (const pane of this.panes.values()) pane.dispose()
    this.panes.clear()
    if (this.sizeTimer !== null) clearTimeout(this.sizeTimer)
  }

  private mountTile(host: HTMLElement): void {
    this.waitingTiles.delete(host)
    this.pane('tile').mount(host)
  }

  private attach(): void {
    this.feed.attach().catch(this.options.onFailure)
  }

  /** In order, and in pieces that the contract allows. */
  private sendInput(data: string): void {
    if (!this.takesInput) return
    const { client, service, onFailure } = this.options
    for (let at = 0; at < data.length; at += MAX_INPUT_CHARS) {
      const part = data.slice(at, at + MAX_INPUT_CHARS)
      this.inputSent = this.inputSent
        .then(() => client.run('writeTerminal', { service, data: part }))
        .catch((error: unknown) => onFailure(error))
    }
  }

  /** The program's own terminal follows the tab only: a tile would fold the lines of every other view too. */
  private noteSize(place: TerminalPlace, cols: number, rows: number): void {
    if (place !== 'tab' || (this.size?.cols === cols && this.size.rows === rows)) return
    this.size = { cols, rows }
    this.scheduleTellSize()
  }

  private scheduleTellSize(): void {
    if (this.sizeTimer !== null) clearTimeout(this.sizeTimer)
    this.sizeTimer = setTimeout(() => this.tellSize(), TELL_SIZE_AFTER_MS)
  }

  private tellSize(): void {
    this.sizeTimer = null
    if (!this.size) return
    const { client, service } = this.options
    // A service that is not running has no terminal of its own; `setProgram` has it told when it runs.
    client.run('resizeTerminal', { service, ...this.size }).catch(() => undefined)
  }
}
