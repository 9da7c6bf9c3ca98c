/** A page of the tiled view holds this many terminals: more would be too small to read. */
export const TILES_PER_PAGE = 12

/** A tile narrower than this cuts log lines in pieces; one lower than this shows fewer than five of them. */
const MIN_TILE_WIDTH = 300
const MIN_TILE_HEIGHT = 100

export interface GridShape {
  readonly columns: number
  readonly rows: number
  /** Whether the tiles fit without scrolling. */
  readonly fits: boolean
}

/**
 * How many columns and rows of tiles a space of so many pixels gets: few columns, because log lines are long, but all
 * rows at a readable height where that is possible.
 */
export function shapeGrid(count: number, width: number, height: number): GridShape {
  const most = Math.max(1, Math.min(count, Math.floor(width / MIN_TILE_WIDTH)))
  const rowsThatFit = Math.max(1, Math.floor(height / MIN_TILE_HEIGHT))
  for (let columns = Math.min(most, Math.ceil(Math.sqrt(Math.max(1, count)))); columns <= most; columns += 1) {
    const rows = Math.ceil(count / columns)
    if (rows <= rowsThatFit) return { columns: Math.ceil(count / rows), rows, fits: true }
  }
  return { columns: most, rows: Math.ceil(count / most), fits: false }
}
