import { TRAFFIC_CELL_MS } from '../../../services/contract/traffic.ts'
import type { TrafficColumns } from './traffic-columns.ts'

/** What a cell, or a pixel of the strip, shows. The larger is the worse, and the worse wins. */
export const CELL = { none: 0, ok: 1, slow: 2, failed: 3 } as const
export type CellLevel = (typeof CELL)[keyof typeof CELL]

/** A piece of the strip: pixels `from` to `to` (without it) that look the same. */
export interface StripPiece {
  readonly from: number
  readonly to: number
  readonly level: CellLevel
}

type CellCounts = Pick<TrafficColumns, 'ok' | 'slow' | 'failed' | 'length'>

export function cellLevel(cells: CellCounts, at: number): CellLevel {
  if ((cells.failed[at] ?? 0) > 0) return CELL.failed
  if ((cells.slow[at] ?? 0) > 0) return CELL.slow
  return (cells.ok[at] ?? 0) > 0 ? CELL.ok : CELL.none
}

/**
 * The strip between two times (ms from the run's start) on so many pixels, as pieces from left to right; empty stretches
 * are left out. A pixel that stands for several cells shows the worst of them: one failure in ten minutes is seen.
 */
export function stripPieces(cells: CellCounts, fromMs: number, toMs: number, pixels: number): readonly StripPiece[] {
  const cellsPerPixel = (toMs - fromMs) / TRAFFIC_CELL_MS / pixels
  if (!(cellsPerPixel > 0)) return []
  const first = fromMs / TRAFFIC_CELL_MS
  const pieces: StripPiece[] = []
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const start = Math.max(0, Math.floor(first + pixel * cellsPerPixel))
    const end = Math.min(cells.length, Math.max(start + 1, Math.floor(first + (pixel + 1) * cellsPerPixel)))
    const level = worst(cells, start, end, first + (pixel + 1) * cellsPerPixel)
    if (level === CELL.none) continue
    const last = pieces.at(-1)
    if (last?.level === level && last.to === pixel) pieces[pieces.length - 1] = { ...last, to: pixel + 1 }
    else pieces.push({ from: pixel, to: pixel + 1, level })
  }
  return pieces
}

/** `until`: where the pixel ends, in cells; pixels before the run's start show nothing. */
function worst(cells: CellCounts, start: number, end: number, until: number): CellLevel {
  let level: CellLevel = CELL.none
  if (until <= 0) return level
  for (let at = start; at < end; at += 1) {
    const one = cellLevel(cells, at)
    if (one > level) level = one
    if (level === CELL.failed) return level
  }
  return level
}
