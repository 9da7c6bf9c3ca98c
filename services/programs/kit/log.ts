/** The log that a program writes to its terminal: one line per event, readable without colours. */

export type LogLevel = 'info' | 'good' | 'warning' | 'error'

export interface LogEvent {
  /** What happened: `GET /guestbook`, `A www.foobar.com`, `listening`. */
  readonly what: string
  /** Who was at the other end, `address:port`; empty when nobody was. */
  readonly peer?: string
  readonly outcome: string
  readonly level?: LogLevel
}

/** Lines are collected and written together: one system call per line would cost more than serving a request. */
const FLUSH_AFTER_MS = 8
const FLUSH_AT_CHARS = 32 * 1024

/** Control characters of a peer's data must not reach the person's terminal as commands. */
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g

const COLOURS: Record<LogLevel, string> = { info: '', good: '\u001b[32m', warning: '\u001b[33m', error: '\u001b[31m' }
/** Bright black: themes give it a readable grey, while the "faint" attribute halves whatever contrast there was. */
const DIM = '\u001b[90m'
const RESET = '\u001b[0m'

const WHAT_WIDTH = 34
const PEER_WIDTH = 21

function clean(text: string): string {
  return text.replace(CONTROL_CHARACTERS, '.')
}

function timeOfDay(now: Date): string {
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
  return `${pad(now.getHours())}:${pad(now.getMinutes())}:${pad(now.getSeconds())}.${pad(now.getMilliseconds(), 3)}`
}

/** One log line without its line end; columns: time, what, peer, outcome. */
export function formatLogLine(event: LogEvent, now: Date, colours: boolean): string {
  const level = event.level ?? 'info'
  const what = clean(event.what).padEnd(WHAT_WIDTH)
  const peer = clean(event.peer ?? '').padEnd(PEER_WIDTH)
  const outcome = clean(event.outcome)
  if (!colours) return `${timeOfDay(now)}  ${what}  ${peer}  ${outcome}`
  return `${DIM}${timeOfDay(now)}${RESET}  ${what}  ${DIM}${peer}${RESET}  ${COLOURS[level]}${outcome}${RESET}`
}

/**
 * Figures for whoever supervises the program, inside the terminal stream as an operating system command that terminals
 * don't show (ECMA-48 section 8.3.89 OSC; a private number, as VS Code's shell integration does with 633).
 */
export const STATUS_OSC = 7770
const STATUS_EVERY_MS = 250

export class Log {
  private buffer = ''
  private timer: NodeJS.Timeout | null = null
  private statusTimer: NodeJS.Timeout | null = null
  private requests = 0
  private readonly colours: boolean
  private readonly out: NodeJS.WriteStream
  private readonly quiet: boolean
  private readonly supervised: boolean

  /** `quiet` leaves out the events of single requests (those logged with `request`). */
  constructor(options: { readonly quiet: boolean; readonly supervised: boolean; readonly out?: NodeJS.WriteStream }) {
    this.out = options.out ?? process.stdout
    this.quiet = options.quiet
    this.supervised = options.supervised
    this.colours = Boolean(this.out.isTTY) && !process.env['NO_COLOR']
  }

  /** Something that happened to the program itself: listening, reloading, a server going down. */
  event(event: LogEvent): void {
    this.write(formatLogLine(event, new Date(), this.colours) + '\n')
  }

  /** Whether `request` writes a line; lets a hot path skip building one. */
  get writesRequests(): boolean {
    return !this.quiet
  }

  /** Counts one request, query or call that was served, and logs it unless the log is quiet. */
  request(event: LogEvent): void {
    this.countRequest()
    if (!this.quiet) this.event(event)
  }

  countRequest(): void {
    this.requests += 1
    if (this.supervised && this.statusTimer === null) {
      this.statusTimer = setTimeout(() => this.writeStatus(), STATUS_EVERY_MS)
      this.statusTimer.unref()
    }
  }

  /**
   * A connection to somebody was refused at `atMs` (milliseconds since the epoch, with fractions). Nothing of it passes a
   * network card, so whoever was refused tells it, for the trace of the request.
   */
  refused(address: string, port: number, atMs: number): void {
    if (this.supervised)
      this.write(`\u001b]${STATUS_OSC};refused=${address}:${port};at=${Math.round(atMs * 1000)}\u0007`)
  }

  /** Writes at once what is still collected. Call before the process ends. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.buffer === '') return
    const text = this.buffer
    this.buffer = ''
    this.out.write(text)
  }

  /** Figures of the program, for whoever supervises it: `key=value;...`. */
  figures(text: string): void {
    if (this.supervised) this.write(`\u001b]${STATUS_OSC};${text}\u0007`)
  }

  /** It listens: for a supervisor that cannot try it, because another process answers at the same address. */
  ready(): void {
    if (this.supervised) this.write(`\u001b]${STATUS_OSC};ready=1\u0007`)
  }

  /** Any other figures for a supervisor, as `name=value;name=value`. */
  status(figures: string): void {
    if (this.supervised) this.write(`\u001b]${STATUS_OSC};${figures}\u0007`)
  }

  private writeStatus(): void {
    this.statusTimer = null
    this.status(`requests=${this.requests}`)
  }

  private write(text: string): void {
    this.buffer += text
    if (this.buffer.length >= FLUSH_AT_CHARS) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS)
  }
}
