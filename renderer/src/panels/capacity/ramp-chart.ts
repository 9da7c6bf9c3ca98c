import uPlot from 'uplot'
import type { RampState } from '../../../../services/contract/index.ts'
import { rampColour } from '../../stores/capacity.ts'

export interface RampChartWords {
  rate(value: number): string
  ms(value: number): string
}

/** Wide enough for "10,000 ms". */
const AXIS_WIDTH = 66
const X_AXIS_HEIGHT = 22
const KNEE_RADIUS = 5

/** Throughput (left, lines) and p95 (right, dashes) over the offered load, a colour for each ramp; knees and predictions. */
export function createRampChart(root: HTMLElement, ramps: () => readonly RampState[], words: RampChartWords): uPlot {
  const style = getComputedStyle(root)
  const colour = (token: string): string => style.getPropertyValue(token).trim()
  const font = `${colour('--text-tiny')} ${style.fontFamily}`
  const line = { stroke: colour('--border'), width: 1 }
  const shared = { font, stroke: colour('--text-muted'), grid: line, ticks: { ...line, size: 3 }, gap: 3 }
  return new uPlot(
    {
      width: Math.max(1, root.clientWidth),
      height: Math.max(1, root.clientHeight),
      legend: { show: false },
      padding: [8, 0, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: (_, __, max) => [0, Math.max(10, max ?? 0) * 1.02] },
        rate: { range: (_, __, max) => [0, Math.max(10, max ?? 0) * 1.08] },
        ms: { range: (_, __, max) => [0, Math.max(10, max ?? 0) * 1.08] },
      },
      axes: [
        { ...shared, size: X_AXIS_HEIGHT, values: (_, splits) => splits.map(words.rate) },
        { ...shared, scale: 'rate', size: AXIS_WIDTH, values: (_, splits) => splits.map(words.rate) },
        {
          ...shared,
          scale: 'ms',
          side: 1,
          size: AXIS_WIDTH,
          grid: { show: false },
          values: (_, splits) => splits.map(words.ms),
        },
      ],
      series: [
        {},
        ...ramps().flatMap((ramp): uPlot.Series[] => {
          const stroke = colour(rampColour(ramp))
          return [
            { scale: 'rate', stroke, width: 2, points: { show: true, size: 5, fill: stroke }, spanGaps: true },
            { scale: 'ms', stroke, width: 1.25, dash: [4, 4], points: { show: false }, spanGaps: true },
          ]
        }),
      ],
      hooks: { draw: [(self) => paint(self, ramps(), colour)] },
    },
    dataOf(ramps()),
    root,
  )
}

/** Ramps have steps of their own: one row for each offered rate of any of them. */
export function dataOf(ramps: readonly RampState[]): uPlot.AlignedData {
  const rates = [...new Set(ramps.flatMap(({ steps }) => steps.map(({ offered }) => offered)))].toSorted(
    (a, b) => a - b,
  )
  if (rates.length === 0) return [[0], ...ramps.flatMap(() => [[null], [null]])]
  const columns = ramps.flatMap(({ steps }) => {
    const byRate = new Map(steps.map((step) => [step.offered, step]))
    return [
      rates.map((rate) => byRate.get(rate)?.achieved ?? null),
      rates.map((rate) => byRate.get(rate)?.latency?.p95 ?? null),
    ]
  })
  return [rates, ...columns]
}

/** A ring at each knee, and a line at each prediction. */
function paint(chart: uPlot, ramps: readonly RampState[], colour: (token: string) => string): void {
  const { ctx: pen, bbox } = chart
  const unit = devicePixelRatio
  pen.save()
  for (const ramp of ramps) {
    pen.strokeStyle = colour(rampColour(ramp))
    if (ramp.prediction !== null) {
      const x = chart.valToPos(ramp.prediction.rate, 'x', true)
      pen.lineWidth = unit
      pen.setLineDash([2 * unit, 3 * unit])
      pen.beginPath()
      pen.moveTo(x, bbox.top)
      pen.lineTo(x, bbox.top + bbox.height)
      if (x <= bbox.left + bbox.width) pen.stroke()
    }
    if (ramp.knee === null) continue
    pen.setLineDash([])
    pen.lineWidth = 2 * unit
    pen.beginPath()
    const [x, y] = [chart.valToPos(ramp.knee.offered, 'x', true), chart.valToPos(ramp.knee.rate, 'rate', true)]
    pen.arc(x, y, (KNEE_RADIUS + 2) * unit, 0, 2 * Math.PI)
    pen.stroke()
  }
  pen.restore()
}
