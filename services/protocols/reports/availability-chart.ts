import type { TrafficCells } from '../../contract/index.ts'
import { escapeText } from './escape-text.ts'

export interface AvailabilityChart {
  readonly cells: TrafficCells
  /** The length of a cell. */
  readonly cellMs: number
  /** What the whole width stands for. */
  readonly lengthMs: number
  /** Times from the begin of the traffic. */
  readonly steps: readonly { readonly label: string; readonly fromMs: number; readonly toMs: number }[]
  /** Written behind the numbers of the axis. */
  readonly unit: string
}

type Kind = 'ok' | 'slow' | 'failed'

const WIDTH = 900
const STRIP_HEIGHT = 26
const STEP_HEIGHT = 14
const AXIS_HEIGHT = 18
/** A label stands left of its bar when there is no room on the right. */
const LABEL_SIDE = 0.75

/** Fills of the three kinds, told apart by pattern as well as by colour. Once a page. */
export function chartPatterns(): string {
  return `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="ok" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#2e9e5b"/></pattern>
<pattern id="slow" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#f2b134"/><path d="M0 4L4 0" stroke="#6b4a00"/></pattern>
<pattern id="failed" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#d43d3d"/><path d="M0 0L4 4M0 4L4 0" stroke="#fff" stroke-width=".6"/></pattern>
</defs></svg>`
}

/** A strip of availability over time with the steps of the deployment below it, as SVG. */
export function availabilityChart(chart: AvailabilityChart): string {
  const { steps, lengthMs, unit } = chart
  const height = STRIP_HEIGHT + steps.length * STEP_HEIGHT + AXIS_HEIGHT
  const x = (ms: number): number => Math.round((ms / lengthMs) * WIDTH * 10) / 10
  const strip = runsOf(chart).map(
    ({ kind, fromMs, toMs }) =>
      `<rect x="${x(fromMs)}" y="0" width="${Math.max(0.5, x(toMs - fromMs))}" height="${STRIP_HEIGHT - 4}" fill="url(#${kind})"/>`,
  )
  const bars = steps.map(({ label, fromMs, toMs }, row) => {
    const y = STRIP_HEIGHT + row * STEP_HEIGHT
    const left = x(fromMs) > WIDTH * LABEL_SIDE
    const at = left ? x(fromMs) - 4 : x(toMs) + 4
    const text = `<text x="${at}" y="${y + 10}"${left ? ' text-anchor="end"' : ''}>${escapeText(label)}</text>`
    return `<rect x="${x(fromMs)}" y="${y + 2}" width="${Math.max(1, x(toMs - fromMs))}" height="9" fill="#4a6fa5"/>${text}`
  })
  const seconds = Array.from({ length: Math.floor(lengthMs / 1000) + 1 }, (_, second) => second)
  const axis = seconds.map(
    (second) =>
      `<path d="M${x(second * 1000)} 0V${height - AXIS_HEIGHT}" stroke="#0003"/><text x="${x(second * 1000) + 2}" y="${height - 5}">${second} ${escapeText(unit)}</text>`,
  )
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-size="10" font-family="system-ui, sans-serif">
${[...strip, ...bars, ...axis].join('\n')}
</svg>`
}

interface Run {
  readonly kind: Kind
  readonly fromMs: number
  toMs: number
}

/** Neighbouring cells of the same kind as one; a cell lasts until the next one in which something was due. */
function runsOf({ cells, cellMs, lengthMs }: AvailabilityChart): readonly Run[] {
  const runs: Run[] = []
  cells.at.forEach((cell, index) => {
    const kind: Kind = (cells.failed[index] ?? 0) > 0 ? 'failed' : (cells.slow[index] ?? 0) > 0 ? 'slow' : 'ok'
    const fromMs = cell * cellMs
    const next = cells.at[index + 1]
    const toMs = Math.min(next === undefined ? fromMs + cellMs : next * cellMs, lengthMs)
    const last = runs.at(-1)
    if (last?.kind === kind && last.toMs === fromMs) last.toMs = toMs
    else runs.push({ kind, fromMs, toMs })
  })
  return runs
}
