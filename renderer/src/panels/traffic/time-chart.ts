import uPlot from 'uplot'
import type { TimeSpan } from '../../model/time-window.ts'
import type { TrafficColumns } from '../../model/traffic-columns.ts'
import type { ChartData, ChartSeries } from './chart-data.ts'
import { paintStrip } from './strip-paint.ts'

/** `strip`: availability cell by cell; `bands`: rates on top of each other; `lines`: times, on a scale of tenfold steps. */
export type ChartKind = 'strip' | 'bands' | 'lines'

/** A moment that is marked in every chart. */
export interface ChartMark {
  readonly atMs: number
  readonly colour: string
}

export interface ChartContent {
  readonly kind: ChartKind
  readonly series: readonly ChartSeries[]
  readonly data: ChartData
  readonly span: TimeSpan
  readonly marks: readonly ChartMark[]
  /** What the strip shows. */
  readonly columns: TrafficColumns
  /** Whether the times stand below it. */
  readonly axis: boolean
}

export interface ChartWords {
  time(ms: number): string
  value(value: number): string
}

/** What a person does with the pointer; all times in ms from the run's start. */
export interface ChartGestures {
  /** Dragged from here to there. */
  zoom(a: number, b: number): void
  pan(byMs: number): void
  wheel(factor: number, at: number): void
  whole(): void
  /** Null: the pointer has left. */
  hover(at: number | null): void
}

/** Wide enough for "10,000 ms"; the same for all, so that their times stand under each other. */
const AXIS_WIDTH = 58
/** `--text-tiny` of the light and the dark theme. */
const TINY_PX = 11
const TIME_AXIS_HEIGHT = 20
const RIGHT_EDGE = 8
/** The title and legend stand above the plot: they must hide nothing of it. */
const TITLE_HEIGHT = 17
/** From one tenfold step to the next, where both have words. */
const DECADE_PX = 18
/** The highest value is seen to be one. */
const HEADROOM = 1.05
const WHEEL_ZOOM = 1.25
/** How much of the span one step of the wheel moves over. */
const WHEEL_PAN = 0.1

/** Draws into `root` until it is destroyed. `content` is asked at each drawing. */
export function createTimeChart(
  root: HTMLElement,
  content: () => ChartContent,
  words: ChartWords,
  gestures: ChartGestures,
): uPlot {
  const style = getComputedStyle(root)
  const colour = (token: string): string => style.getPropertyValue(token).trim()
  const { kind, series } = content()
  const chart = new uPlot(
    {
      width: Math.max(1, root.clientWidth),
      height: Math.max(1, root.clientHeight),
      legend: { show: false },
      padding: [TITLE_HEIGHT * letterScale(colour), RIGHT_EDGE, content().axis ? 0 : 4, 0],
      scales: {
        x: { time: false, range: () => [content().span.from, content().span.to] },
        y:
          kind === 'lines'
            ? { distr: 3, range: (_, min, max) => decades(min, max) }
            : { range: (_, __, max) => fromZero(max) },
      },
      axes: axesOf(content(), words, style, colour),
      series: [{}, ...(kind === 'bands' ? series.toReversed() : series).map((one) => look(one, kind, colour))],
      cursor: cursorOf(content, gestures),
      hooks: {
        setSelect: [
          (self) => {
            const { left, width } = self.select
            if (width > 0) gestures.zoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'))
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
        setCursor: [
          ({ cursor, posToVal }) => {
            const left = cursor.left ?? -1
            gestures.hover(left < 0 ? null : posToVal(left, 'x'))
          },
        ],
        draw: [(self) => paint(self, content(), colour)],
      },
    },
    dataOf(content()),
    root,
  )
  chart.over.addEventListener('wheel', (event) => onWheel(event, chart, content().span, gestures), { passive: false })
  return chart
}

/** The projector's letters are larger than those that sizes here are for. */
function letterScale(colour: (token: string) => string): number {
  return Number.parseFloat(colour('--text-tiny')) / TINY_PX || 1
}

/** uPlot needs a column for each series and at least one time. */
export function dataOf({ data, series, span }: ChartContent): uPlot.AlignedData {
  const isEmpty = (data[0]?.length ?? 0) === 0
  const columns = isEmpty ? [[span.from, span.to], ...series.map(() => [null, null])] : data
  return columns.map((column) => [...column]) as unknown as uPlot.AlignedData
}

function fromZero(max: number | null): [number, number] {
  return [0, Math.max(1, max ?? 0) * HEADROOM]
}

/** Whole tenfold steps around the values, at least one. */
function decades(min: number | null, max: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(0.1, min ?? 1)))
  const high = 10 ** Math.ceil(Math.log10(Math.max(1, max ?? 100)))
  return [low, Math.max(high, low * 10)]
}

/**
 * The nine steps within each tenfold one would be a grey block on a low chart, and so would too many tenfold ones:
 * each has room for its words.
 */
function onlyDecades(chart: uPlot, splits: number[]): (number | null)[] {
  const powers = splits.map((split) => Math.round(Math.log10(split) * 1e6) / 1e6)
  const room = Math.max(1, Math.floor(chart.bbox.height / devicePixelRatio / DECADE_PX))
  const every = Math.ceil(powers.filter(Number.isInteger).length / (room + 1))
  return splits.map((split, at) => ((powers[at] ?? NaN) % every === 0 ? split : null))
}

function decadeAxis(line: uPlot.Axis.Grid): Partial<uPlot.Axis> {
  return {
    filter: onlyDecades,
    grid: { ...line, filter: onlyDecades },
    ticks: { ...line, size: 3, filter: onlyDecades },
  }
}

function look({ colour: token, dash }: ChartSeries, kind: ChartKind, colour: (token: string) => string): uPlot.Series {
  const shared = { stroke: colour(token), width: 1.5, points: { show: false } }
  if (kind === 'lines') return { ...shared, dash: [...dash] }
  const paths = uPlot.paths.stepped?.({ align: 1 })
  return { ...shared, fill: colour(token), width: 0, ...(paths ? { paths } : {}) }
}

function axesOf(
  { kind, axis }: ChartContent,
  words: ChartWords,
  style: CSSStyleDeclaration,
  colour: (token: string) => string,
): uPlot.Axis[] {
  const font = `${colour('--text-tiny')} ${style.fontFamily}`
  const line = { stroke: colour('--border'), width: 1 }
  const shared = { font, stroke: colour('--text-muted'), grid: line, ticks: { ...line, size: 3 }, gap: 3 }
  const scale = letterScale(colour)
  const times = {
    ...shared,
    size: axis ? TIME_AXIS_HEIGHT * scale : 0,
    space: 80 * scale,
    values: (_: uPlot, splits: number[]) => splits.map((split) => (axis ? words.time(split) : '')),
  }
  const values = {
    ...shared,
    size: AXIS_WIDTH * scale,
    space: 18 * scale,
    ...(kind === 'strip' ? { grid: { show: false }, ticks: { show: false } } : {}),
    ...(kind === 'lines' ? decadeAxis(line) : {}),
    values: (_: uPlot, splits: (number | null)[]) =>
      splits.map((split) => (split === null || kind === 'strip' ? '' : words.value(split))),
  }
  return [times, values]
}

function cursorOf(content: () => ChartContent, gestures: ChartGestures): uPlot.Cursor {
  return {
    y: false,
    points: { show: false },
    drag: { x: true, y: false, setScale: false },
    sync: { key: 'traffic', scales: ['x', null] },
    bind: {
      dblclick: () => () => {
        gestures.whole()
        return null
      },
      mousedown: (self, _, handle) => (event) => {
        if (event.button === 0 && event.shiftKey) dragTime(event, self, content, gestures)
        else handle(event)
        return null
      },
    },
  }
}

/** Moves the time with the pointer until the button is let go. */
function dragTime(begin: MouseEvent, chart: uPlot, content: () => ChartContent, gestures: ChartGestures): void {
  let last = begin.clientX
  const end = new AbortController()
  const move = (event: MouseEvent): void => {
    const { from, to } = content().span
    gestures.pan(((last - event.clientX) / chart.over.clientWidth) * (to - from))
    last = event.clientX
  }
  begin.preventDefault()
  window.addEventListener('mousemove', move, { signal: end.signal })
  window.addEventListener('mouseup', () => end.abort(), { signal: end.signal })
}

function onWheel(event: WheelEvent, chart: uPlot, { from, to }: TimeSpan, gestures: ChartGestures): void {
  event.preventDefault()
  const turned = Math.sign(event.deltaX || event.deltaY)
  if (event.ctrlKey) {
    const at = chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, 'x')
    gestures.wheel(turned > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, at)
  } else gestures.pan(turned * WHEEL_PAN * (to - from))
}

/** The strip's cells, and the marks. */
function paint(chart: uPlot, { kind, columns, span, marks }: ChartContent, colour: (token: string) => string): void {
  const { ctx: pen, bbox } = chart
  pen.save()
  pen.beginPath()
  pen.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  pen.clip()
  if (kind === 'strip') {
    const ground = colour('--surface-raised')
    const [ok, slow, failed] = ['--state-green', '--state-amber', '--state-red'].map(colour)
    paintStrip(pen, bbox, columns, span, { ok: ok ?? '', slow: slow ?? '', failed: failed ?? '', ground })
  }
  pen.lineWidth = Math.max(1, devicePixelRatio)
  pen.setLineDash([4, 3])
  for (const mark of marks) {
    if (mark.atMs < span.from || mark.atMs > span.to) continue
    const x = Math.round(chart.valToPos(mark.atMs, 'x', true)) + 0.5
    pen.strokeStyle = colour(mark.colour)
    pen.beginPath()
    pen.moveTo(x, bbox.top)
    pen.lineTo(x, bbox.top + bbox.height)
    pen.stroke()
  }
  pen.restore()
}
