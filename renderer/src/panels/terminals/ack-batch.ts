/** An eighth of the engine's window: acknowledgements stay rare and the stream never waits for one. */
const ACK_EVERY_CHARS = 32 * 1024
const ACK_AFTER_MS = 50

/** Collects what was drawn and acknowledges it in large steps, or soon after the output paused. */
export class AckBatch {
  private readonly send: (chars: number) => void
  private chars = 0
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(send: (chars: number) => void) {
    this.send = send
  }

  add(chars: number): void {
    if (chars === 0) return
    this.chars += chars
    if (this.chars >= ACK_EVERY_CHARS) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), ACK_AFTER_MS)
  }

  flush(): void {
    this.cancel()
    if (this.chars === 0) return
    const chars = this.chars
    this.chars = 0
    this.send(chars)
  }

  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
