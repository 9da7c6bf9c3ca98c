/**
 * Where a long list stands, counted in rows instead of pixels: browsers cap the height of an element at some 16 million
 * pixels, and a recording has millions of rows. `top` is the position of the first row in sight, with a fraction.
 */

/** Higher than this the scrollbar's own box does not grow; its travel is then spread over all rows. */
const MAX_BAR_PX = 8_000_000
/** Rows drawn beyond the visible ones on either side, so that scrolling shows no gaps. */
const SPARE_ROWS = 8
/** Half a row from the end counts as being there. */
const NEAR_END_ROWS = 0.5

export interface ListExtent {
  /** Positions that are there: `first` up to, not with, `end`. */
  readonly first: number
  readonly end: number
  /** Rows that fit, with a fraction. */
  readonly visible: number
}

/** `top` when the last row is in sight. */
export function endTop({ first, end, visible }: ListExtent): number {
  return Math.max(first, end - visible)
}

export function clampTop(top: number, extent: ListExtent): number {
  return Math.max(extent.first, Math.min(endTop(extent), top))
}

export function isAtEnd(top: number, extent: ListExtent): boolean {
  return top >= endTop(extent) - NEAR_END_ROWS
}

/** `top` moved just far enough to show a row. */
export function revealTop(index: number, top: number, extent: ListExtent): number {
  if (index < top) return clampTop(index, extent)
  return index + 1 > top + extent.visible ? clampTop(index + 1 - extent.visible, extent) : top
}

/** Positions worth drawing: the visible ones and some spare. */
export function drawnRange(top: number, { first, end, visible }: ListExtent): { start: number; end: number } {
  const start = Math.max(first, Math.floor(top) - SPARE_ROWS)
  return { start, end: Math.max(start, Math.min(end, Math.ceil(top + visible) + SPARE_ROWS)) }
}

/** Height of the box inside the scrollbar, in pixels. */
export function barHeight({ first, end }: ListExtent, rowHeight: number): number {
  return Math.min(MAX_BAR_PX, (end - first) * rowHeight)
}

/** How far the scrollbar is scrolled, in pixels, when the list stands at `top`. */
export function barOffset(top: number, extent: ListExtent, rowHeight: number): number {
  const rows = endTop(extent) - extent.first
  return rows === 0 ? 0 : ((top - extent.first) / rows) * barTravel(extent, rowHeight)
}

/** Where the list stands when the scrollbar is scrolled so far: the reverse of `barOffset`. */
export function topOfBar(offset: number, extent: ListExtent, rowHeight: number): number {
  const travel = barTravel(extent, rowHeight)
  const rows = endTop(extent) - extent.first
  return travel <= 0 ? extent.first : clampTop(extent.first + (offset / travel) * rows, extent)
}

function barTravel(extent: ListExtent, rowHeight: number): number {
  return Math.max(0, barHeight(extent, rowHeight) - extent.visible * rowHeight)
}
