import { expect, it } from 'vitest'
import { RowCache } from '../../../../../renderer/src/panels/packets/row-cache.ts'
import { packetRow } from './fixtures.ts'

function rows(from: number, count: number) {
  return Array.from({ length: count }, (_, at) => packetRow(from + at))
}

it('knows rows by their position, and whether a stretch is whole', () => {
  const cache = new RowCache()
  cache.add(100, rows(100, 20))
  expect(cache.get(110)?.no).toBe(110)
  expect(cache.covers(100, 120)).toBe(true)
  expect(cache.covers(100, 121)).toBe(false)
  cache.clear()
  expect(cache.get(110)).toBeUndefined()
})

it('never keeps more than some pages, and drops what lies farthest', () => {
  const cache = new RowCache()
  for (let from = 0; from < 100_000; from += 400) cache.add(from, rows(from, 400))
  const kept = Array.from({ length: 100_000 }, (_, index) => index).filter((index) => cache.get(index))
  expect(kept.length).toBeLessThanOrEqual(2400)
  expect(cache.covers(99_600, 100_000)).toBe(true)
  expect(cache.get(0)).toBeUndefined()
})
