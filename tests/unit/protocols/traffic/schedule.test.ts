import { describe, expect, it } from 'vitest'
import { parseSteps, Schedule } from '../../../../services/protocols/traffic/schedule.ts'

describe('a constant rate', () => {
  const schedule = new Schedule({ rate: 200, rampTo: null, seconds: 10 })

  it('has request k due at k / rate', () => {
    expect([0, 1, 2, 1999].map((index) => schedule.dueMs(index))).toEqual([0, 5, 10, 9995])
    expect(schedule.total).toBe(2000)
  })

  it('counts what is due before a moment, the moment itself not included', () => {
    expect([0, 0.1, 5, 5.1, 9995.1, 10_000, 20_000].map((ms) => schedule.countBefore(ms))).toEqual([
      0, 1, 1, 2, 2000, 2000, 2000,
    ])
  })

  it('gives each request the time until the next one', () => {
    expect(schedule.slotMs(0)).toBe(5)
    expect(schedule.slotMs(1999)).toBe(5)
    expect(schedule.resolutionMs(0, 10_000)).toBeCloseTo(5)
  })

  it('goes on without an end', () => {
    const endless = new Schedule({ rate: 3, rampTo: null, seconds: null })
    expect(endless.total).toBe(Infinity)
    expect(endless.countBefore(60_000)).toBe(180)
  })
})

describe.each([
  { rate: 100, rampTo: 1900, seconds: 10, total: 10_000 },
  { rate: 1900, rampTo: 100, seconds: 10, total: 10_000 },
  { rate: 1, rampTo: 2000, seconds: 3, total: 3002 },
])('a ramp from $rate to $rampTo', ({ total, ...spec }) => {
  const schedule = new Schedule(spec)

  it('sends as many as the area below the rate', () => {
    expect(schedule.total).toBe(total)
  })

  it('is due in order, and counting is the inverse of being due', () => {
    for (let index = 1; index < total; index += 1) {
      const dueMs = schedule.dueMs(index)
      expect(dueMs).toBeGreaterThan(schedule.dueMs(index - 1))
      if (index % 97 !== 0) continue
      expect(schedule.countBefore(dueMs)).toBe(index)
      expect(schedule.countBefore(dueMs + 1e-6)).toBe(index + 1)
    }
  })

  it('begins and ends at its rates', () => {
    const rateAround = (ms: number): number => (schedule.countBefore(ms + 50) - schedule.countBefore(ms - 50)) * 10
    expect(Math.abs(rateAround(100) - (spec.rate + ((spec.rampTo - spec.rate) * 0.1) / spec.seconds))).toBeLessThan(21)
    expect(Math.abs(rateAround(spec.seconds * 500) - (spec.rate + spec.rampTo) / 2)).toBeLessThan(21)
  })

  it('tells the resolution of its slower end', () => {
    expect(schedule.resolutionMs(0, spec.seconds * 1000)).toBeCloseTo(1000 / Math.min(spec.rate, spec.rampTo))
  })
})

describe('steps', () => {
  const steps = parseSteps('10x2,25x2,40x1') ?? []
  const schedule = new Schedule({ rate: 10, rampTo: null, seconds: 5, steps })

  it('hold each rate for its time', () => {
    expect(schedule.total).toBe(20 + 50 + 40)
    expect([0, 2000, 4000, 5000].map((ms) => schedule.countBefore(ms))).toEqual([0, 20, 70, 110])
    expect([0, 19, 20, 69, 70].map((index) => schedule.dueMs(index))).toEqual([0, 1900, 2000, 3960, 4000])
    expect(schedule.resolutionMs(2500, 3500)).toBe(40)
  })

  it('are due in order, and counting is the inverse of being due', () => {
    for (let index = 1; index < 110; index += 1) {
      expect(schedule.dueMs(index)).toBeGreaterThan(schedule.dueMs(index - 1))
      expect(schedule.countBefore(schedule.dueMs(index) + 1e-6)).toBe(index + 1)
    }
  })

  it('are read from a command line, or refused', () => {
    expect(steps).toEqual([
      { rate: 10, seconds: 2 },
      { rate: 25, seconds: 2 },
      { rate: 40, seconds: 1 },
    ])
    for (const text of ['', '10', '10x', '0x2', '10x2,', 'axb']) expect(parseSteps(text)).toBeNull()
  })
})

it('refuses a ramp without an end', () => {
  expect(() => new Schedule({ rate: 1, rampTo: 2, seconds: null })).toThrow(RangeError)
})
