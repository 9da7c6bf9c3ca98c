/** Long lines must not make "so many lines" mean "any amount of memory": about 4 MB of text at most. */
const MAX_CHARS = 2 * 1024 * 1024
const LINE_FEED = '\n'

interface Chunk {
  text: string
  lines: number
}

/**
 * Terminal output that waits to be drawn. For a terminal that nobody looks at it can be cut to the lines that its
 * scrollback would keep anyway, so that a hidden flood costs neither drawing nor memory.
 */
export class OutputBacklog {
  private chunks: Chunk[] = []
  private head = 0
  private lines = 0
  private length = 0

  /** UTF-16 units that wait. */
  get chars(): number {
    return this.length
  }

  push(text: string): void {
    if (text === '') return
    const lines = countLines(text)
    this.chunks.push({ text, lines })
    this.lines += lines
    this.length += text.length
  }

  /** Takes at most `maxChars` from the front; '' when nothing waits. */
  take(maxChars: number): string {
    let taken = ''
    while (taken.length < maxChars) {
      const chunk = this.chunks[this.head]
      if (!chunk) break
      const room = maxChars - taken.length
      if (chunk.text.length > room) {
        const part = chunk.text.slice(0, room)
        const partLines = countLines(part)
        chunk.text = chunk.text.slice(room)
        chunk.lines -= partLines
        this.lines -= partLines
        taken += part
      } else {
        taken += chunk.text
        this.lines -= chunk.lines
        this.dropHead()
      }
    }
    this.length -= taken.length
    return taken
  }

  clear(): void {
    this.chunks = []
    this.head = 0
    this.lines = 0
    this.length = 0
  }

  /**
   * Forgets the oldest output beyond `maxLines` (whole chunks, so a little more may stay), and cuts what is left at the
   * start of a line. Answers whether anything was forgotten.
   */
  trim(maxLines: number): boolean {
    let dropped: string | null = null
    for (let oldest = this.chunks[this.head]; oldest; oldest = this.chunks[this.head]) {
      // What follows an unfinished line begins in its middle, and that beginning is cut off, too.
      const unfinished = oldest.text.endsWith(LINE_FEED) ? 0 : 1
      const enoughWithout = this.lines - oldest.lines - unfinished >= maxLines
      if (!enoughWithout && this.length <= MAX_CHARS) break
      this.lines -= oldest.lines
      this.length -= oldest.text.length
      this.dropHead()
      dropped = oldest.text
    }
    if (dropped?.endsWith(LINE_FEED) === false) this.cutToLineStart()
    return dropped !== null
  }

  private cutToLineStart(): void {
    const first = this.chunks[this.head]
    if (!first) return
    const end = first.text.indexOf(LINE_FEED) + 1
    if (end === 0) return
    first.text = first.text.slice(end)
    first.lines -= 1
    this.lines -= 1
    this.length -= end
  }

  /** Moves an index instead of shifting the array, which would cost a copy per chunk. */
  private dropHead(): void {
    this.head += 1
    if (this.head < 64 || this.head * 2 < this.chunks.length) return
    this.chunks = this.chunks.slice(this.head)
    this.head = 0
  }
}

function countLines(text: string): number {
  let lines = 0
  for (let at = text.indexOf(LINE_FEED); at !== -1; at = text.indexOf(LINE_FEED, at + 1)) lines += 1
  return lines
}
