import { describe, expect, it } from 'vitest'
import { windowOf } from '../../../../../renderer/src/panels/events/row-window.ts'

describe('windowOf', () => {
  it('draws the rows in sight and a few more, of ten thousand', () => {
    const rows = windowOf(10_000, 24, 24 * 5000, 240)
    expect(rows).toEqual({ start: 4992, end: 5018, offset: 4992 * 24, total: 240_000 })
  })

  it('stays within the list at both ends', () => {
    expect(windowOf(10_000, 24, 0, 240)).toMatchObject({ start: 0, end: 18, offset: 0 })
    expect(windowOf(10_000, 24, 240_000 - 240, 240)).toMatchObject({ start: 9982, end: 10_000 })
  })

  it('draws nothing impossible when the list just became shorter, or is empty', () => {
    expect(windowOf(5, 24, 9000, 240)).toMatchObject({ start: 5, end: 5 })
    expect(windowOf(0, 24, 0, 240)).toEqual({ start: 0, end: 0, offset: 0, total: 0 })
  })
})
