import { MAX_PAGE_ROWS, type PacketPage, type PacketRow } from '../contract/index.ts'

/** How far back is looked when positions have shifted: a packet joins a trace within a few packets, not thousands. */
const LOOK_BACK = 2000
/** Numbers that are remembered as given out; more than a look back can meet. */
const REMEMBERED = 10_000

interface Taken {
  readonly rows: readonly PacketRow[]
  /** Packets that were dropped before they could be read. */
  readonly missed: number
  /** Whether nothing more is there now. */
  readonly isEnd: boolean
}

/**
 * Reads the packets of a filter on and on, each once, by their positions. Each page begins with the last row of the one
 * before: when it is another one, packets joined or left the filter meanwhile (traces are known late), and positions shifted.
 */
export class PacketTail {
  #next = 0
  #last: number | null = null
  /** Packets below were there before and are not wanted. */
  #floor = 0
  readonly #given = new Set<number>()

  /** Begins `limit` packets before the newest; `newest` is a page with the newest packet. */
  start(newest: PacketPage, limit: number): void {
    this.#next = Math.max(newest.firstIndex, newest.endIndex - limit)
    const row = newest.rows.at(-1)
    if (limit === 0 && row !== undefined) this.#floor = row.no + 1
  }

  /** The position to read from. */
  get from(): number {
    return this.#last === null ? this.#next : this.#next - 1
  }

  /** Takes the page that was read from there. */
  take(page: PacketPage): Taken {
    const isForgotten = page.from > this.from
    if (this.#last !== null && !isForgotten && page.rows[0]?.no !== this.#last) return this.#lookBack(page)
    const missed = Math.max(0, page.from - this.#next)
    const rows = page.rows.filter(({ no }) => no >= this.#floor && !this.#given.has(no))
    if (this.#given.size === 0 && this.#floor === 0) this.#floor = rows[0]?.no ?? 0
    for (const { no } of rows) this.#remember(no)
    this.#next = page.from + page.rows.length
    this.#last = page.rows.at(-1)?.no ?? null
    return { rows, missed, isEnd: page.rows.length < MAX_PAGE_ROWS }
  }

  /** Everything was cleared; numbers and positions may begin anew. */
  forget(): void {
    this.#next = 0
    this.#last = null
    this.#floor = 0
    this.#given.clear()
  }

  #lookBack({ endIndex }: PacketPage): Taken {
    this.#next = Math.max(0, Math.min(this.#next, endIndex) - LOOK_BACK)
    this.#last = null
    return { rows: [], missed: 0, isEnd: false }
  }

  #remember(no: number): void {
    this.#given.add(no)
    const [oldest] = this.#given
    if (this.#given.size > REMEMBERED && oldest !== undefined) this.#given.delete(oldest)
  }
}
