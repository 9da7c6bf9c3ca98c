import { describe, expect, it } from 'vitest'
import { TrafficColumns } from '../../../../renderer/src/model/traffic-columns.ts'
import { CELL, stripPieces } from '../../../../renderer/src/model/traffic-strip.ts'

/** A run of so many cells, each with one success in time, but for the ones named. */
function run(length: number, { slow = [] as number[], failed = [] as number[], empty = [] as number[] } = {}) {
  const at = Array.from({ length }, (_, cell) => cell).filter((cell) => !empty.includes(cell))
  const columns = new TrafficColumns()
  columns.apply({
    cells: {
      at,
      ok: at.map((cell) => (slow.includes(cell) || failed.includes(cell) ? 0 : 1)),
      slow: at.map((cell) => (slow.includes(cell) ? 1 : 0)),
      failed: at.map((cell) => (failed.includes(cell) ? 1 : 0)),
    },
    seconds: [],
    markers: [],
  })
  return columns
}

describe('stripPieces', () => {
  it('keeps a single failure of ten minutes, wherever it falls', () => {
    for (const cell of [0, 31_337, 59_999]) {
      const pieces = stripPieces(run(60_000, { failed: [cell] }), 0, 600_000, 900)
      const found = pieces.filter(({ level }) => level === CELL.failed)
      expect(found).toEqual([
        { from: Math.floor((cell * 900) / 60_000), to: Math.floor((cell * 900) / 60_000) + 1, level: 3 },
      ])
    }
  })

  it('shows the worst of the cells under a pixel', () => {
    const cells = run(20, { slow: [3, 12], failed: [13] })
    expect(stripPieces(cells, 0, 200, 2).map(({ level }) => level)).toEqual([CELL.slow, CELL.failed])
  })

  it('draws wide cells as one piece, and nothing where nothing was due', () => {
    const cells = run(4, { empty: [1] })
    expect(stripPieces(cells, 0, 60, 60)).toEqual([
      { from: 0, to: 10, level: CELL.ok },
      { from: 20, to: 40, level: CELL.ok },
    ])
  })

  it('shows a part of the run', () => {
    expect(stripPieces(run(100, { failed: [50] }), 400, 600, 20)).toEqual([
      { from: 0, to: 10, level: CELL.ok },
      { from: 10, to: 11, level: CELL.failed },
      { from: 11, to: 20, level: CELL.ok },
    ])
  })
})
