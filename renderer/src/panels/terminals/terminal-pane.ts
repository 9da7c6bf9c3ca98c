import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Terminal } from '@xterm/xterm'
import { shallowReactive } from 'vue'
import type { FeedOutlet } from './feed-outlet.ts'
import { ignoreOutsideCommands } from './terminal-guards.ts'
import { readKey, type TerminalAction } from './terminal-keys.ts'
import { terminalFontSize, type TerminalLook } from './terminal-theme.ts'
import { WebglRenderer, type WebglChoice } from './webgl-renderer.ts'

/** `tab`: alone and full size, it decides the size of the program's terminal. `tile`: one of many, it only looks on. */
export type TerminalPlace = 'tab' | 'tile'

export interface TerminalPreferences {
  readonly look: TerminalLook
  readonly zoom: number
  readonly screenReader: boolean
  readonly webgl: WebglChoice
}

/** What components show of a terminal besides its characters. */
export interface PaneStatus {
  hasSelection: boolean
  scrolledUp: boolean
  /** Lines that came since the person scrolled up. */
  newLines: number
  focused: boolean
}

export interface PaneOptions {
  readonly place: TerminalPlace
  readonly scrollbackLines: number
  readonly outlet: FeedOutlet
  readonly preferences: TerminalPreferences
  readonly onInput: (data: string) => void
  /** An action of a key that is more than the terminal's own business. */
  readonly onAction: (action: TerminalAction) => void
  readonly onFit: (cols: number, rows: number) => void
}

/** While a person drags a border, the buffer is laid out anew only when the drag pauses. */
const FIT_AFTER_MS = 60

/** One xterm.js in its place on the screen. It lives on while it is out of sight. */
export class TerminalPane {
  readonly status: PaneStatus = shallowReactive({
    hasSelection: false,
    scrolledUp: false,
    newLines: 0,
    focused: false,
  })
  readonly search = new SearchAddon({ highlightLimit: 1000 })
  private readonly options: PaneOptions
  private readonly root = document.createElement('div')
  private readonly terminal: Terminal
  private readonly fit = new FitAddon()
  private readonly webgl = new WebglRenderer()
  private readonly sizeObserver = new ResizeObserver(() => this.handleResize())
  private preferences: TerminalPreferences
  private takesInput = false
  private host: HTMLElement | null = null
  private fitTimer: ReturnType<typeof setTimeout> | null = null
  private missedLines = 0

  constructor(options: PaneOptions) {
    this.options = options
    this.preferences = options.preferences
    this.root.className = 'terminal-root'
    this.terminal = new Terminal({
      scrollback: options.scrollbackLines,
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
    this.follow()
    options.outlet.screen = { write: (data, done) => this.draw(data, done), reset: () => this.reset() }
  }

  mount(host: HTMLElement): void {
    this.host = host
    host.append(this.root)
    if (!this.terminal.element) this.open()
    this.applyPreferences(this.preferences)
    // At once, not when the observer tells: the first drawing is the right one.
    this.fitNow()
    this.sizeObserver.observe(host)
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

  /** Whether keys and pasted text go to the program. */
  setTakesInput(takesInput: boolean): void {
    this.takesInput = takesInput
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
    this.terminal.focus()
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

  dispose(): void {
    this.options.outlet.screen = null
    this.sizeObserver.disconnect()
    this.cancelFit()
    this.webgl.disable()
    this.terminal.dispose()
    this.root.remove()
  }

  private open(): void {
    this.terminal.open(this.root)
    const { textarea } = this.terminal
    if (!textarea) return
    textarea.addEventListener('focus', () => (this.status.focused = true))
    textarea.addEventListener('blur', () => (this.status.focused = false))
    // A tile is reached by its header; twelve more stops on the way of the Tab key would help nobody.
    if (this.options.place === 'tile') textarea.tabIndex = -1
  }

  private appearance(): Partial<Terminal['options']> {
    const { look, zoom, screenReader } = this.preferences
    return {
      theme: look.theme,
      fontFamily: look.fontFamily,
      fontSize: terminalFontSize(look, zoom, this.options.place === 'tile'),
      screenReaderMode: screenReader,
    }
  }

  private follow(): void {
    const { terminal, status, options } = this
    terminal.attachCustomKeyEventHandler((event) => this.handleKey(event))
    // Output can ask the terminal questions; they are answered only where a person is, not by each screen once more.
    terminal.onData((data) => {
      if (status.focused) options.onInput(data)
    })
    terminal.onSelectionChange(() => (status.hasSelection = terminal.hasSelection()))
    // Counted apart from the reactive status: a flood makes 20,000 of these a second.
    terminal.onLineFeed(() => (this.missedLines += 1))
    terminal.onRender(() => this.syncScroll())
    terminal.onWriteParsed(() => this.syncScroll())
  }

  private draw(data: string, done: (tookMs: number) => void): void {
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

  /** A space without extent is a hidden one: another dock tab is in front. */
  private handleResize(): void {
    const shown = this.host !== null && this.host.clientWidth > 0 && this.host.clientHeight > 0
    this.setShown(shown)
    if (shown) this.scheduleFit()
  }

  private setShown(shown: boolean): void {
    if (shown && this.options.place === 'tab') this.webgl.enable(this.terminal, this.preferences.webgl)
    else this.webgl.disable()
    this.options.outlet.setVisible(shown)
  }

  private scheduleFit(): void {
    this.cancelFit()
    if (this.host !== null) this.fitTimer = setTimeout(() => this.fitNow(), FIT_AFTER_MS)
  }

  private cancelFit(): void {
    if (this.fitTimer !== null) clearTimeout(this.fitTimer)
    this.fitTimer = null
  }

  private fitNow(): void {
    this.cancelFit()
    if (this.host === null || this.host.clientWidth === 0) return
    const wanted = this.fit.proposeDimensions()
    if (!wanted || !Number.isFinite(wanted.cols) || !Number.isFinite(wanted.rows)) return
    if (wanted.cols !== this.terminal.cols || wanted.rows !== this.terminal.rows) {
      this.terminal.resize(wanted.cols, wanted.rows)
    }
    this.options.onFit(wanted.cols, wanted.rows)
  }
}
