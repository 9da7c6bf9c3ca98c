/** The part of a request's body that may be needed again: for a retry, or because no server is connected yet. */

/** HAProxy keeps one buffer (16 KiB) for this; forms and small uploads fit. */
export const HELD_BODY_LIMIT = 64 * 1024

export class HeldBody {
  private chunks: Buffer[] = []
  private bytes = 0
  private dropped = false

  /** Whether it is the whole body so far: only then can the request be sent again. */
  get complete(): boolean {
    return !this.dropped
  }

  /** Whether as much is held as may be held. */
  get full(): boolean {
    return this.bytes >= HELD_BODY_LIMIT
  }

  get parts(): readonly Buffer[] {
    return this.chunks
  }

  add(chunk: Buffer): void {
    if (this.dropped) return
    this.chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** Lets go of everything: the server has it, and it is too much to keep. */
  drop(): void {
    this.dropped = true
    this.chunks = []
    this.bytes = 0
  }
}
