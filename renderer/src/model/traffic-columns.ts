import type { TrafficCells, TrafficMarker, TrafficSecond } from '../../../services/contract/traffic.ts'

/** What a window knows of a run: all of it when it is read, and what changed with each sample. */
export interface TrafficDelta {
  readonly cells: TrafficCells
  readonly seconds: readonly TrafficSecond[]
  readonly markers: readonly TrafficMarker[]
}

/** Cells of the first minute; the columns double when a run is longer. */
const FIRST_CAPACITY = 6000
const MAX_COUNT = 65_535

/**
 * One run in columns, for charts: the index is the number of the cell, a value the number of requests. Kept out of Vue's
 * reactivity: ten minutes are 60,000 cells, and a sample only touches a few. Outcomes are only ever added, so of two
 * reports of a cell or a second the one with more outcomes is newer: reading a whole run and following it may overlap.
 */
export class TrafficColumns {
  ok = new Uint16Array(FIRST_CAPACITY)
  slow = new Uint16Array(FIRST_CAPACITY)
  failed = new Uint16Array(FIRST_CAPACITY)
  /** Cells up to the last one with an outcome. */
  length = 0
  /** By their number; a second in which nothing was due may be missing. */
  readonly seconds: (TrafficSecond | undefined)[] = []
  /** In order of time. */
  markers: readonly TrafficMarker[] = []
  readonly #known = new Set<string>()

  apply({ cells, seconds, markers }: TrafficDelta): void {
    cells.at.forEach((at, index) =>
      this.#setCell(at, cells.ok[index] ?? 0, cells.slow[index] ?? 0, cells.failed[index] ?? 0),
    )
    for (const second of seconds) {
      const known = this.seconds[second.second]
      if (!known || outcomes(second) >= outcomes(known)) this.seconds[second.second] = second
    }
    this.#addMarkers(markers)
  }

  #setCell(at: number, ok: number, slow: number, failed: number): void {
    if (at >= this.ok.length) this.#grow(at + 1)
    if (at < this.length && ok + slow + failed < this.total(at)) return
    this.ok[at] = Math.min(MAX_COUNT, ok)
    this.slow[at] = Math.min(MAX_COUNT, slow)
    this.failed[at] = Math.min(MAX_COUNT, failed)
    this.length = Math.max(this.length, at + 1)
  }

  /** The outcomes in a cell. */
  total(at: number): number {
    return (this.ok[at] ?? 0) + (this.slow[at] ?? 0) + (this.failed[at] ?? 0)
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, this.ok.length * 2)
    const larger = (column: Uint16Array): Uint16Array<ArrayBuffer> => {
      const next = new Uint16Array(capacity)
      next.set(column)
      return next
    }
    this.ok = larger(this.ok)
    this.slow = larger(this.slow)
    this.failed = larger(this.failed)
  }

  #addMarkers(markers: readonly TrafficMarker[]): void {
    const fresh = markers.filter((marker) => {
      const key = [marker.atMs, marker.kind, marker.subject, marker.what, marker.ok].join(' ')
      return this.#known.has(key) ? false : this.#known.add(key)
    })
    if (fresh.length > 0) this.markers = [...this.markers, ...fresh].toSorted((a, b) => a.atMs - b.atMs)
  }
}

function outcomes({ releases, failed }: TrafficSecond): number {
  return [...Object.values(releases), ...Object.values(failed)].reduce((sum, count) => sum + count, 0)
}
