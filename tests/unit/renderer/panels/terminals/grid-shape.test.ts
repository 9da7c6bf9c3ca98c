import { describe, expect, it } from 'vitest'
import { shapeGrid, TILES_PER_PAGE } from '../../../../../renderer/src/panels/terminals/grid-shape.ts'

describe('shapeGrid', () => {
  it('shows the seven terminals of the distributed lab at once on a school laptop', () => {
    expect(shapeGrid(7, 1366, 240)).toEqual({ columns: 4, rows: 2, fits: true })
  })

  it('prefers wide tiles where there is height', () => {
    expect(shapeGrid(4, 1366, 240)).toEqual({ columns: 2, rows: 2, fits: true })
    expect(shapeGrid(7, 1920, 400)).toEqual({ columns: 3, rows: 3, fits: true })
    expect(shapeGrid(1, 1366, 240)).toEqual({ columns: 1, rows: 1, fits: true })
  })

  it('scrolls instead of making tiles that cannot be read', () => {
    expect(shapeGrid(TILES_PER_PAGE, 700, 240)).toEqual({ columns: 2, rows: 6, fits: false })
    expect(shapeGrid(3, 200, 150)).toEqual({ columns: 1, rows: 3, fits: false })
  })

  it('holds every tile, for every number and size', () => {
    for (let count = 1; count <= TILES_PER_PAGE; count += 1) {
      for (const [width, height] of [
        [320, 200],
        [1366, 240],
        [1920, 420],
        [2560, 900],
      ] as const) {
        const { columns, rows } = shapeGrid(count, width, height)
        expect(columns * rows).toBeGreaterThanOrEqual(count)
        expect(columns * (rows - 1)).toBeLessThan(count)
        expect(columns === 1 || width / columns >= 300).toBe(true)
      }
    }
  })
})
