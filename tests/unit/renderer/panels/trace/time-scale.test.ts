import { expect, it } from 'vitest'
import { createTimeScale } from '../../../../../renderer/src/panels/trace/time-scale.ts'

it('is in proportion to time, with round ticks', () => {
  const scale = createTimeScale({ fromNs: 0, toNs: 1000 }, [])
  expect([0, 250, 1000].map(scale.at)).toEqual([0, 0.25, 1])
  expect(scale.ticks.map(({ ns }) => ns)).toEqual([0, 200, 400, 600, 800, 1000])
  expect(scale.shortened).toBe(false)
})

it('gives a minute that was held a small width, and says so', () => {
  const minute = 60e9
  const scale = createTimeScale({ fromNs: 0, toNs: minute + 1000 }, [{ fromNs: 500, toNs: 500 + minute }])
  expect(scale.at(500)).toBeCloseTo(0.475)
  expect(scale.at(500 + minute)).toBeCloseTo(0.525)
  expect(scale.at(minute + 1000)).toBeCloseTo(1)
  expect(scale.shortened).toBe(true)
})

it('counts what was held at two places at once only once', () => {
  const twice = [
    { fromNs: 10, toNs: 50 },
    { fromNs: 20, toNs: 60 },
  ]
  expect(createTimeScale({ fromNs: 0, toNs: 100 }, twice).at(60)).toBeCloseTo(
    createTimeScale({ fromNs: 0, toNs: 100 }, [{ fromNs: 10, toNs: 60 }]).at(60),
  )
})

it('leaves half of the width to what was not held, however often it was', () => {
  const holds = Array.from({ length: 40 }, (_, index) => ({ fromNs: index * 10, toNs: index * 10 + 5 }))
  const scale = createTimeScale({ fromNs: 0, toNs: 400 }, holds)
  const held = holds.reduce((sum, { fromNs, toNs }) => sum + scale.at(toNs) - scale.at(fromNs), 0)
  expect(held).toBeCloseTo(0.5)
})
