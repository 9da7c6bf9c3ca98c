import { expect, it } from 'vitest'
import { linkThickness } from '../../../../../renderer/src/panels/topology/link-thickness.ts'

it('is plain as long as dots can show what moves, and grows with every tenfold above', () => {
  expect([0, 5, 20].map(linkThickness)).toEqual([1, 1, 1])
  expect(linkThickness(200)).toBeCloseTo(2)
  expect(linkThickness(2000)).toBeCloseTo(3)
  expect(linkThickness(1e9)).toBe(3.5)
})
