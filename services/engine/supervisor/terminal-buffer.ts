import { TERMINAL_WINDOW_CHARS } from '../../contract/index.ts'

/** What is kept of each terminal for whoever opens it later: about 10,000 lines. */
const KEPT_CHARS = 1024 * 1024
const LARGEST_PIECE = 64 * 1024
/** Output is sent in batches, so that a flood costs the window one message per frame and not one per line. */
const BATCH_MS = 16
/** Where a viewer that fell behind goes on: what came before is left out and said so. */
const RESUME_CHARS = 64 * 1024

export type TerminalListener = (data: string, reset: boolean) => void

interface Viewer {
  readonly listener: TerminalListener
  /** Absolute position of the next character to send. */
  cursor: number
  /** Characters that were sent and not yet drawn. */
  unacknowledged: number
  fresh: boolean
}

/**
 * The output of one service's terminal. The process is never slowed down by a slow window: it writes into a bounded
 * ring, and each viewer reads from there at its own pace.
 */
export class TerminalBuffer {
  private text = ''
  /** Absolute position of the first character of `text`. */
  private start = 0
  private readonly viewers = new Map<object, Viewer>()
  private timer: NodeJS.Timeout | null = null

  get end(): number {
    return this.start + this.text.length
  }

  append(data: string): void {
    this.text += data
    // Twice the size before cutting: cutting on every append would copy a megabyte per line.
    if (this.text.length > 2 * KEPT_CHARS) {
      const cut = cutAt(this.text, this.text.length - KEPT_CHARS)
      this.start += cut
      this.text = this.text.slice(cut)
    }
    this.schedule()
  }

  /** Everything that is kept, for `lab logs`. */
  read(): string {
    return this.text
  }

  /** Sends what is kept, then what comes. A viewer is known by its key; attaching again starts anew. */
  attach(key: object, listener: TerminalListener): void {
    this.viewers.set(key, { listener, cursor: this.start, unacknowledged: 0, fresh: true })
    this.schedule()
  }

  detach(key: object): void {
    this.viewers.delete(key)
  }

  acknowledge(key: object, chars: number): void {
    const viewer = this.viewers.get(key)
    if (!viewer) return
    viewer.unacknowledged = Math.max(0, viewer.unacknowledged - chars)
    this.schedule()
  }

  dispose(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.viewers.clear()
  }

  private schedule(): void {
    if (this.viewers.size === 0) return
    this.timer ??= setTimeout(() => {
      this.timer = null
      for (const viewer of this.viewers.values()) this.send(viewer)
    }, BATCH_MS)
  }

  private send(viewer: Viewer): void {
    // A viewer that cannot take anything yet skips later, and then less.
    if (viewer.cursor < this.start && viewer.unacknowledged < TERMINAL_WINDOW_CHARS) this.skip(viewer)
    while (viewer.cursor >= this.start && viewer.cursor < this.end && viewer.unacknowledged < TERMINAL_WINDOW_CHARS) {
      const from = viewer.cursor - this.start
      const piece = this.text.slice(from, from + LARGEST_PIECE)
      viewer.cursor += piece.length
      this.deliver(viewer, piece)
    }
    if (viewer.fresh && viewer.cursor === this.end) this.deliver(viewer, '')
  }

  private skip(viewer: Viewer): void {
    const next = this.start + cutAt(this.text, Math.max(0, this.text.length - RESUME_CHARS))
    const missed = next - viewer.cursor
    viewer.cursor = next
    this.deliver(
      viewer,
      `\r\n\u001b[0;2m[... ${missed} characters were faster than this window; the log file has them ...]\u001b[0m\r\n`,
    )
  }

  private deliver(viewer: Viewer, data: string): void {
    viewer.unacknowledged += data.length
    const reset = viewer.fresh
    viewer.fresh = false
    viewer.listener(data, reset)
  }
}

/** The start of the next line, so that no escape sequence is cut in two. */
function cutAt(text: string, position: number): number {
  const lineEnd = text.indexOf('\n', position)
  return lineEnd < 0 ? position : lineEnd + 1
}
