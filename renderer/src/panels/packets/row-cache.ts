import type { PacketRow } from '../../../../services/contract/index.ts'

/** Rows that the window keeps at most: what it looks at and a few pages around it. The recording stays in the engine. */
const MAX_ROWS = 2000

/** Rows by their position under the present filter. */
export class RowCache {
  readonly #rows = new Map<number, PacketRow>()

  get(index: number): PacketRow | undefined {
    return this.#rows.get(index)
  }

  /** Takes a stretch of rows; what lies farthest from it gives way. */
  add(from: number, rows: readonly PacketRow[]): void {
    rows.forEach((row, at) => this.#rows.set(from + at, row))
    if (this.#rows.size <= MAX_ROWS) return
    const middle = from + rows.length / 2
    for (const index of this.#rows.keys()) {
      if (Math.abs(index - middle) > MAX_ROWS / 2) this.#rows.delete(index)
    }
  }

  /** Whether every row from `start` up to, not with, `end` is there. */
  covers(start: number, end: number): boolean {
    for (let index = start; index < end; index += 1) if (!this.#rows.has(index)) return false
    return true
  }

  clear(): void {
    this.#rows.clear()
  }
}
