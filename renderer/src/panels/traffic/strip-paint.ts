import { CELL, stripPieces, type CellLevel } from '../../model/traffic-strip.ts'
import type { TimeSpan } from '../../model/time-window.ts'
import type { TrafficColumns } from '../../model/traffic-columns.ts'

/** Where the strip is painted, in pixels of the canvas. */
export interface StripPlace {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** How much of the strip's height a level fills: seen where a pixel is too narrow for a pattern. */
const HEIGHTS: Readonly<Record<CellLevel, number>> = {
  [CELL.none]: 0,
  [CELL.ok]: 0.4,
  [CELL.slow]: 0.7,
  [CELL.failed]: 1,
}
const PATTERN_PX = 6

export type StripColours = Readonly<Record<'ok' | 'slow' | 'failed' | 'ground', string>>

/** Paints ok (low, plain), slow (higher, level stripes) and failed (full height, slanted stripes). */
export function paintStrip(
  context: CanvasRenderingContext2D,
  place: StripPlace,
  columns: TrafficColumns,
  span: TimeSpan,
  colours: StripColours,
): void {
  const fills: Readonly<Record<CellLevel, string | CanvasPattern>> = {
    [CELL.none]: 'transparent',
    [CELL.ok]: colours.ok,
    [CELL.slow]: striped(context, colours.slow, colours.ground, 'level'),
    [CELL.failed]: striped(context, colours.failed, colours.ground, 'slanted'),
  }
  for (const { from, to, level } of stripPieces(columns, span.from, span.to, Math.round(place.width))) {
    const height = Math.round(place.height * HEIGHTS[level])
    context.fillStyle = fills[level]
    context.fillRect(place.left + from, place.top + place.height - height, to - from, height)
  }
}

function striped(
  context: CanvasRenderingContext2D,
  colour: string,
  ground: string,
  direction: 'level' | 'slanted',
): CanvasPattern | string {
  const tile = new OffscreenCanvas(PATTERN_PX, PATTERN_PX)
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.fillStyle = colour
  pen.fillRect(0, 0, PATTERN_PX, PATTERN_PX)
  pen.strokeStyle = ground
  pen.lineWidth = 1.2
  pen.beginPath()
  if (direction === 'level') {
    pen.moveTo(0, PATTERN_PX / 2)
    pen.lineTo(PATTERN_PX, PATTERN_PX / 2)
  } else {
    // Three lines, so that the tile joins with its neighbours.
    for (const shift of [-PATTERN_PX, 0, PATTERN_PX]) {
      pen.moveTo(shift, PATTERN_PX)
      pen.lineTo(shift + PATTERN_PX, 0)
    }
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat') ?? colour
}
