import { describe, expect, it } from 'vitest'
import {
  barHeight,
  barOffset,
  clampTop,
  drawnRange,
  endTop,
  isAtEnd,
  revealTop,
  topOfBar,
} from '../../../../../renderer/src/panels/packets/row-scroll.ts'

const ROW = 22
const small = { first: 0, end: 100, visible: 10 }
const millions = { first: 3_000_000, end: 8_000_000, visible: 12.5 }

describe('where a list stands', () => {
  it('ends with the last row in sight, and never before the first', () => {
    expect(endTop(small)).toBe(90)
    expect(endTop({ first: 5, end: 8, visible: 10 })).toBe(5)
    expect(clampTop(-3, small)).toBe(0)
    expect(clampTop(1000, small)).toBe(90)
  })

  it('stays with a row while the oldest give way, until that row is gone', () => {
    expect(clampTop(40, { ...small, first: 30 })).toBe(40)
    expect(clampTop(40, { ...small, first: 60 })).toBe(60)
  })

  it('counts as the end within half a row', () => {
    expect(isAtEnd(89.6, small)).toBe(true)
    expect(isAtEnd(89, small)).toBe(false)
  })

  it('moves just far enough to show a row', () => {
    expect(revealTop(50, 45, small)).toBe(45)
    expect(revealTop(44, 45, small)).toBe(44)
    expect(revealTop(55, 45, small)).toBe(46)
  })

  it('draws the rows in sight and some spare, and no others', () => {
    expect(drawnRange(40.5, small)).toEqual({ start: 32, end: 59 })
    expect(drawnRange(0, small)).toEqual({ start: 0, end: 18 })
    expect(drawnRange(3_000_000, millions)).toEqual({ start: 3_000_000, end: 3_000_021 })
  })
})

describe('the scrollbar', () => {
  it('is as high as the rows of a short list', () => {
    expect(barHeight(small, ROW)).toBe(2200)
    expect(barOffset(30, small, ROW)).toBeCloseTo(660)
    expect(topOfBar(660, small, ROW)).toBeCloseTo(30)
  })

  it('stays below what browsers can draw and still reaches every one of five million rows', () => {
    const height = barHeight(millions, ROW)
    expect(height).toBeLessThan(16_000_000)
    const travel = height - millions.visible * ROW
    expect(topOfBar(0, millions, ROW)).toBe(3_000_000)
    expect(topOfBar(travel, millions, ROW)).toBe(endTop(millions))
    for (const top of [3_000_000, 4_321_987, 7_999_000]) {
      expect(topOfBar(barOffset(top, millions, ROW), millions, ROW)).toBeCloseTo(top, 3)
    }
  })

  it('stands still when everything is in sight', () => {
    const few = { first: 7, end: 9, visible: 10 }
    expect(barOffset(7, few, ROW)).toBe(0)
    expect(topOfBar(50, few, ROW)).toBe(7)
  })
})
