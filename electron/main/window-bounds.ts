export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const MIN_WIDTH = 1024
export const MIN_HEIGHT = 640
const FIRST_WIDTH = 1440
const FIRST_HEIGHT = 900
/** A second window is laid a little aside, so that the first one still shows. */
const STEP = 32

/** What is remembered of a window between starts. */
export interface WindowMemory extends Rectangle {
  readonly isMaximized: boolean
}

/** What a file holds, if it is a window's memory. By hand: a schema library would cost the start more than all else here. */
export function parseWindowMemory(value: unknown): WindowMemory | null {
  if (typeof value !== 'object' || value === null) return null
  const { x, y, width, height, isMaximized } = value as Readonly<Record<string, unknown>>
  if (!isWhole(x) || !isWhole(y) || !isWhole(width) || !isWhole(height) || typeof isMaximized !== 'boolean') return null
  return width > 0 && height > 0 ? { x, y, width, height, isMaximized } : null
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

/**
 * Where a window opens: as it was, moved and shrunk so that it lies wholly on the display that shows most of it (the
 * first display when none does: a projector that is unplugged by now). `displays` are work areas, in pixels.
 */
export function placeWindow(memory: WindowMemory | null, displays: readonly Rectangle[], opened = 0): Rectangle {
  const wanted = memory ?? { ...centred(displays[0]), isMaximized: false }
  const display = displayOf(wanted, displays)
  if (display === undefined) return { x: 0, y: 0, width: MIN_WIDTH, height: MIN_HEIGHT }
  const width = clamp(wanted.width, Math.min(MIN_WIDTH, display.width), display.width)
  const height = clamp(wanted.height, Math.min(MIN_HEIGHT, display.height), display.height)
  const aside = opened * STEP
  return {
    x: clamp(wanted.x + aside, display.x, display.x + display.width - width),
    y: clamp(wanted.y + aside, display.y, display.y + display.height - height),
    width,
    height,
  }
}

function centred(display: Rectangle | undefined): Rectangle {
  if (display === undefined) return { x: 0, y: 0, width: FIRST_WIDTH, height: FIRST_HEIGHT }
  const width = Math.min(FIRST_WIDTH, display.width)
  const height = Math.min(FIRST_HEIGHT, display.height)
  const x = display.x + Math.floor((display.width - width) / 2)
  const y = display.y + Math.floor((display.height - height) / 2)
  return { x, y, width, height }
}

function displayOf(window: Rectangle, displays: readonly Rectangle[]): Rectangle | undefined {
  return displays.reduce<Rectangle | undefined>(
    (best, display) => (best === undefined || overlap(window, display) > overlap(window, best) ? display : best),
    undefined,
  )
}

function overlap(left: Rectangle, right: Rectangle): number {
  const width = Math.min(left.x + left.width, right.x + right.width) - Math.max(left.x, right.x)
  const height = Math.min(left.y + left.height, right.y + right.height) - Math.max(left.y, right.y)
  return Math.max(0, width) * Math.max(0, height)
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.max(lowest, Math.min(value, highest))
}
