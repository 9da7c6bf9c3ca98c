import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Terminal } from '@xterm/xterm'
import { shallowReactive } from 'vue'
import type { LabClient } from '../../client/client.ts'
import { TerminalFeed } from './terminal-feed.ts'
import { ignoreOutsideCommands } from './terminal-guards.ts'
import { readKey, type TerminalAction } from './terminal-keys.ts'
import { terminalFontSize, type TerminalLook } from './terminal-theme.ts'
import { WebglRenderer, type WebglChoice } from './webgl-renderer.ts'
import type { WritePump } from './write-pump.ts'

/** `tab`: alone and full size, it decides the size of the program's terminal. `tile`: one of many, it only adapts. */
export type TerminalPlace = 'tab' | 'tile'

export interface TerminalPreferences {
  readonly look: TerminalLook
  readonly zoom: number
  readonly screenReader: boolean
  readonly webgl: WebglChoice
}

/** What components show of a terminal besides its characters. */
export interface TerminalStatus {
  /** Whether the program ever said anything. */
  hasOutput: boolean
  hasSelection: boolean
  scrolledUp: boolean
  /** Lines that came since the person scrolled up. */
  newLines: number
  focused: boolean
}

export interface SessionOptions {
  readonly service: string
  readonly client: LabClient
  readonly pump: WritePump
  readonly preferences: TerminalPreferences
  /** An action of a key that is more than the terminal's own business. */
  readonly onAction: (action: TerminalAction) => void
  readonly onFailure: (error: unknown) => void
}

export const SCROLLBACK_LINES = 10_000
/** The contract's limit for one `writeTerminal`. */
const MAX_INPUT_CHARS = 64 * 1024
/** While a person drags a border, the buffer is laid out anew only when the drag pauses. */
const FIT_AFTER_MS = 60
/** The program is told later still: each change makes it redraw. */
const TELL_SIZE_AFTER_MS = 150

/**
 * One service's terminal for as long as its lab lives: an xterm.js that moves between the tab and the tile, and the
 * feed that fills it.
 */
export class TerminalSession {
  readonly service: string
  readonly status: TerminalStatus = shallowReactive({
    hasOutput: false,
    hasSelection: false,
    scrolledUp: false,
    newLines: 0,
    focused: false,
  })
  readonly search = new SearchAddon({ highlightLimit: 1000 })
  private readonly options: SessionOptions
  private readonly root = document.createElement('div')
  private readonly terminal: Terminal
  private readonly fit = new FitAddon()
  private readonly feed: TerminalFeed
  private readonly webgl = new WebglRenderer()
  private readonly sizeObserver = new ResizeObserver(() => this.handleResize())
  private preferences: TerminalPreferences
  private place: TerminalPlace = 'tab'
  private takesInput = false
  private host: HTMLElement | null = null
  private fitTimer: ReturnType<typeof setTimeout> | null = null
  private sizeTimer: ReturnType<typeof setTimeout> | null = null
  private fitted = false
  private toldSize = ''
  private pid: number | null = null
  private missedLines = 0
  private inputSent: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions) {
    this.options = options
    this.service = options.service
    this.preferences = options.preferences
    this.root.className = 'terminal-root'
    this.terminal = new Terminal({
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true, // search marks are decorations, which xterm.js still calls proposed
      disableStdin: true,
      cursorInactiveStyle: 'none',
      minimumContrastRatio: 4.5,
      drawBoldTextInBrightColors: false,
      linkHandler: { activate: () => undefined },
      logLevel: 'off',
      ...this.appearance(),
    })
    ignoreOutsideCommands(this.terminal)
    this.terminal.loadAddon(this.fit)
    this.terminal.loadAddon(this.search)
    this.feed = new TerminalFeed({
      service: options.service,
      client: options.client,
      pump: options.pump,
      scrollbackLines: SCROLLBACK_LINES,
      screen: {
        write: (data, done) => this.draw(data, done),
        reset: () => this.reset(),
      },
    })
    this.follow()
  }

  /** Puts the terminal into `host` and asks the engine for its output when that was not done yet. */
  mount(host: HTMLElement, place: TerminalPlace): void {
    this.host = host
    this.place = place
    host.append(this.root)
    if (!this.terminal.element) this.open()
    if (this.terminal.textarea) this.terminal.textarea.tabIndex = place === 'tab' ? 0 : -1
    this.applyPreferences(this.preferences)
    this.sizeObserver.observe(host)
    this.feed.attach().catch(this.options.onFailure)
  }

  /** Takes the terminal out of `host`, unless it has moved on to another one already. */
  unmount(host: HTMLElement): void {
    this.sizeObserver.unobserve(host)
    if (this.host !== host) return
    this.host = null
    this.root.remove()
    this.setShown(false)
  }

  applyPreferences(preferences: TerminalPreferences): void {
    this.preferences = preferences
    Object.assign(this.terminal.options, this.appearance())
    this.scheduleFit()
  }

  /** Follows the program: whether keys and pasted text go to it, and whether it is a new one that knows no size yet. */
  setProgram(takesInput: boolean, pid: number | null): void {
    this.takesInput = takesInput
    if (pid !== null && pid !== this.pid) {
      this.toldSize = ''
      this.scheduleTellSize()
      if (this.host) this.feed.attach().catch(this.options.onFailure)
    }
    this.pid = pid
    this.terminal.options.disableStdin = !takesInput
    this.terminal.options.cursorInactiveStyle = takesInput ? 'outline' : 'none'
    this.terminal.options.cursorBlink = takesInput
  }

  focus(): void {
    this.terminal.focus()
  }

  get selection(): string {
    return this.terminal.getSelection()
  }

  paste(text: string): void {
    if (this.takesInput) this.terminal.paste(text)
  }

  selectAll(): void {
    this.terminal.selectAll()
  }

  clearSelection(): void {
    this.terminal.clearSelection()
  }

  /** Empties the view; the program and the log file are not touched. */
  clear(): void {
    this.terminal.clear()
    this.syncScroll()
  }

  jumpToEnd(): void {
    this.terminal.scrollToBottom()
    this.syncScroll()
  }

  /** Cells of the grid. */
  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: this.terminal.cols, rows: this.terminal.rows }
  }

  get renderer(): 'webgl' | 'dom' {
    return this.webgl.active ? 'webgl' : 'dom'
  }

  dispose(): void {
    this.feed.dispose()
    this.sizeObserver.disconnect()
    if (this.fitTimer !== null) clearTimeout(this.fitTimer)
    if (this.sizeTimer !== null) clearTimeout(this.sizeTimer)
    this.webgl.disable()
    this.terminal.dispose()
    this.root.remove()
  }

  private open(): void {
    this.terminal.open(this.root)
    this.terminal.textarea?.addEventListener('focus', () => (this.status.focused = true))
    this.terminal.textarea?.addEventListener('blur', () => (this.status.focused = false))
  }

  private appearance(): Partial<Terminal['options']> {
    const { look, zoom, screenReader } = this.preferences
    return {
      theme: look.theme,
      fontFamily: look.fontFamily,
      fontSize: terminalFontSize(look, zoom, this.place === 'tile'),
      screenReaderMode: screenReader,
    }
  }

  private follow(): void {
    const { terminal, status } = this
    terminal.attachCustomKeyEventHandler((event) => this.handleKey(event))
    terminal.onData((data) => this.sendInput(data))
    terminal.onBinary((data) => this.sendInput(data))
    terminal.onSelectionChange(() => (status.hasSelection = terminal.hasSelection()))
    // Counted apart from the reactive status: a flood makes 20,000 of these a second.
    terminal.onLineFeed(() => (this.missedLines += 1))
    terminal.onRender(() => this.syncScroll())
  }

  private draw(data: string, done: (tookMs: number) => void): void {
    this.status.hasOutput = true
    let beganAt = 0
    // Parsed right before the data, in the same task: the callbacks' distance is the time of the parsing alone.
    this.terminal.write('', () => (beganAt = performance.now()))
    this.terminal.write(data, () => done(performance.now() - beganAt))
  }

  private reset(): void {
    this.terminal.reset()
    this.missedLines = 0
  }

  private syncScroll(): void {
    const { viewportY, baseY } = this.terminal.buffer.active
    const scrolledUp = viewportY < baseY
    if (scrolledUp !== this.status.scrolledUp) this.missedLines = 0
    this.status.scrolledUp = scrolledUp
    this.status.newLines = scrolledUp ? this.missedLines : 0
  }

  /** xterm.js asks; `false` leaves the key to the window. */
  private handleKey(event: KeyboardEvent): boolean {
    const meaning = readKey(event, { takesInput: this.takesInput, hasSelection: this.terminal.hasSelection() })
    if (meaning === 'program') return true
    // The browser's own paste reaches xterm.js as a paste event, without asking for the clipboard.
    if (meaning === 'window' || meaning === 'paste') return false
    event.preventDefault()
    event.stopPropagation()
    if (event.type === 'keydown') this.act(meaning)
    return false
  }

  private act(action: TerminalAction): void {
    const { terminal } = this
    if (action === 'page-up') terminal.scrollPages(-1)
    else if (action === 'page-down') terminal.scrollPages(1)
    else if (action === 'line-up') terminal.scrollLines(-1)
    else if (action === 'line-down') terminal.scrollLines(1)
    else if (action === 'top') terminal.scrollToTop()
    else if (action === 'end') terminal.scrollToBottom()
    else if (action === 'select-all') terminal.selectAll()
    else this.options.onAction(action)
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

  /** A space without extent is a hidden one: another dock tab is in front. */
  private handleResize(): void {
    const shown = this.host !== null && this.host.clientWidth > 0 && this.host.clientHeight > 0
    this.setShown(shown)
    if (shown) this.scheduleFit()
  }

  private setShown(shown: boolean): void {
    if (shown && this.place === 'tab') this.webgl.enable(this.terminal, this.preferences.webgl)
    else this.webgl.disable()
    this.feed.setVisible(shown)
  }

  private scheduleFit(): void {
    if (this.host === null) return
    if (!this.fitted) return this.fitNow()
    if (this.fitTimer !== null) clearTimeout(this.fitTimer)
    this.fitTimer = setTimeout(() => this.fitNow(), FIT_AFTER_MS)
  }

  private fitNow(): void {
    this.fitTimer = null
    const wanted = this.fit.proposeDimensions()
    if (this.host === null || !wanted || !Number.isFinite(wanted.cols) || !Number.isFinite(wanted.rows)) return
    if (this.host.clientWidth === 0) return
    this.fitted = true
    if (wanted.cols !== this.terminal.cols || wanted.rows !== this.terminal.rows) {
      this.terminal.resize(wanted.cols, wanted.rows)
    }
    if (this.place === 'tab') this.scheduleTellSize()
  }

  /** The program's own terminal follows the tab only: a tile would fold the lines of every other view too. */
  private scheduleTellSize(): void {
    if (this.sizeTimer !== null) clearTimeout(this.sizeTimer)
    this.sizeTimer = setTimeout(() => this.tellSize(), TELL_SIZE_AFTER_MS)
  }

  private tellSize(): void {
    this.sizeTimer = null
    const { cols, rows } = this.terminal
    const size = `${cols}x${rows}`
    if (this.place !== 'tab' || this.host === null || size === this.toldSize) return
    this.toldSize = size
    const { client, service } = this.options
    // A service that is not running has no terminal of its own; `setProgram` tells it when it has.
    client.run('resizeTerminal', { service, cols, rows }).catch(() => (this.toldSize = ''))
  }
}
