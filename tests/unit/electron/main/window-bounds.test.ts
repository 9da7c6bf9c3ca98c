import { describe, expect, it } from 'vitest'
import { parseWindowMemory, placeWindow, type Rectangle } from '../../../../electron/main/window-bounds.ts'

const LAPTOP: Rectangle = { x: 0, y: 0, width: 1366, height: 728 }
const PROJECTOR: Rectangle = { x: 1366, y: 0, width: 1920, height: 1080 }

const remembered = (x: number, y: number, width: number, height: number): Rectangle & { isMaximized: boolean } => ({
  x,
  y,
  width,
  height,
  isMaximized: false,
})

describe('placeWindow', () => {
  it('fills a small display at the first start and is centred on a large one', () => {
    expect(placeWindow(null, [LAPTOP])).toEqual(LAPTOP)
    expect(placeWindow(null, [PROJECTOR])).toEqual({ x: 1606, y: 90, width: 1440, height: 900 })
  })

  it('opens where it was', () => {
    const before = remembered(1500, 100, 1200, 700)
    expect(placeWindow(before, [LAPTOP, PROJECTOR])).toEqual({ x: 1500, y: 100, width: 1200, height: 700 })
  })

  it('comes back from a display that is unplugged', () => {
    expect(placeWindow(remembered(1500, 100, 1200, 700), [LAPTOP])).toEqual({ x: 166, y: 28, width: 1200, height: 700 })
  })

  it('comes back from beyond an edge and shrinks to the display', () => {
    expect(placeWindow(remembered(-300, -50, 3000, 2000), [LAPTOP])).toEqual(LAPTOP)
  })

  it('is never smaller than can be worked with, unless the display is', () => {
    expect(placeWindow(remembered(10, 10, 5, 5), [LAPTOP])).toMatchObject({ width: 1024, height: 640 })
    expect(placeWindow(null, [{ x: 0, y: 0, width: 800, height: 600 }])).toMatchObject({ width: 800, height: 600 })
  })

  it('lays further windows aside, within the display', () => {
    const before = remembered(100, 40, 1024, 640)
    expect(placeWindow(before, [LAPTOP], 1)).toMatchObject({ x: 132, y: 72 })
    expect(placeWindow(before, [LAPTOP], 20)).toMatchObject({ x: 342, y: 88 })
  })
})

describe('parseWindowMemory', () => {
  it('takes what was written', () => {
    const memory = remembered(-5, 10, 1200, 700)
    expect(parseWindowMemory(JSON.parse(JSON.stringify(memory)))).toEqual(memory)
  })

  it.each([
    null,
    7,
    {},
    [],
    { ...remembered(0, 0, 0, 700) },
    { ...remembered(0.5, 0, 1, 1) },
    { x: 0, y: 0, width: 1, height: 1 },
  ])('takes nothing else: %j', (value) => {
    expect(parseWindowMemory(value)).toBeNull()
  })
})
