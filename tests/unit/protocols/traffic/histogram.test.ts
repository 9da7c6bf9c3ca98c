import { describe, expect, it } from 'vitest'
import { Histogram } from '../../../../services/protocols/traffic/histogram.ts'

/** A generator of its own, so that a failure can be repeated (Park and Miller's "minimal standard"). */
function random(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

function exact(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN
}

const SHAPES = {
  uniform: (next: () => number) => next() * 1_000_000,
  exponential: (next: () => number) => -Math.log(next()) * 3000,
  'with a long tail': (next: () => number) => 500 / next() ** 1.5,
  'in two heaps': (next: () => number) => (next() < 0.97 ? 700 + next() * 50 : 2_000_000 + next() * 1000),
} as const

describe.each(Object.entries(SHAPES))('100,000 values, %s', (_shape, draw) => {
  const histogram = new Histogram()
  const next = random(42)
  const values = Array.from({ length: 100_000 }, () => Math.min(2 ** 31 - 1, Math.round(draw(next))))
  values.forEach((value) => histogram.record(value))
  const sorted = values.sort((a, b) => a - b)

  it.each([0, 1, 50, 90, 95, 97, 99, 99.9, 99.99, 100])('percentile %f is right to 3 significant digits', (percent) => {
    const wanted = exact(sorted, percent)
    expect(histogram.percentile(percent)).toBeGreaterThanOrEqual(wanted)
    expect(histogram.percentile(percent)).toBeLessThanOrEqual(wanted * 1.001)
  })

  it('knows the count and the largest value exactly', () => {
    expect(histogram.count).toBe(100_000)
    expect(histogram.max).toBe(sorted.at(-1))
  })
})

describe('a histogram', () => {
  it('is exact for every value below 2048', () => {
    for (let value = 0; value < 2048; value += 1) {
      const histogram = new Histogram()
      histogram.record(value)
      histogram.record(5_000_000)
      expect(histogram.percentile(50)).toBe(value)
    }
  })

  it('keeps the order at every border of a bucket', () => {
    for (let bits = 11; bits < 31; bits += 1) {
      for (const value of [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]) {
        const histogram = new Histogram()
        histogram.record(value)
        histogram.record(2 ** 31 - 1)
        expect(histogram.percentile(50)).toBeGreaterThanOrEqual(value)
        expect(histogram.percentile(50)).toBeLessThanOrEqual(value * 1.001)
      }
    }
  })

  it('takes what is too small or too large at its ends', () => {
    const histogram = new Histogram()
    histogram.record(-5)
    histogram.record(1e12)
    expect([histogram.percentile(50), histogram.percentile(100), histogram.count]).toEqual([0, 2 ** 31 - 1, 2])
  })

  it('is 0 when it is empty', () => {
    expect([new Histogram().percentile(99), new Histogram().max]).toEqual([0, 0])
  })
})
