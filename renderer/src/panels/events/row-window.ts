/** Rows drawn beyond the visible ones on either side, so that scrolling shows no gaps. */
const SPARE_ROWS = 8

export interface RowWindow {
  readonly start: number
  /** Index after the last drawn row. */
  readonly end: number
  /** Pixels from the top of the list to the first drawn row. */
  readonly offset: number
  /** Height of all rows in pixels. */
  readonly total: number
}

/** Which of many rows of one height are worth drawing. */
export function windowOf(count: number, rowHeight: number, scrollTop: number, height: number): RowWindow {
  const start = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - SPARE_ROWS))
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + SPARE_ROWS)
  return { start, end: Math.max(start, end), offset: start * rowHeight, total: count * rowHeight }
}
