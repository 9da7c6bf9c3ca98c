/** Bodies that are read as a whole (Hrana pipelines) are kept up to here; longer ones are not read. */
const LIMIT_BYTES = 256 * 1024

/** Gathers a body's data until its end. */
export class BodyCollector {
  private chunks: Buffer[] = []
  private size = 0

  add(bytes: Buffer, start: number, end: number): void {
    this.size += end - start
    if (this.size > LIMIT_BYTES) this.chunks = []
    else this.chunks.push(Buffer.from(bytes.subarray(start, end)))
  }

  /** The text so far, and begins anew; null when it was too long. */
  take(): string | null {
    const text = this.size > LIMIT_BYTES ? null : Buffer.concat(this.chunks).toString('utf8')
    this.chunks = []
    this.size = 0
    return text
  }
}
