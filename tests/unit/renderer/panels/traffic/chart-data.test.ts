import { describe, expect, it } from 'vitest'
import { latencyLines, releaseSeries, stackedBands } from '../../../../../renderer/src/panels/traffic/chart-data.ts'
import { emptyTrafficResult, type TrafficSecond } from '../../../../../services/contract/traffic.ts'

function second(number: number, releases: Record<string, number>, p50: number | null = null): TrafficSecond {
  const latencyMs = p50 === null ? null : { p50, p95: p50 * 2, p99: p50 * 3, max: p50 * 4 }
  return { second: number, due: 0, sent: 0, releases, failed: {}, slow: 0, latencyMs, lagMaxMs: 0 }
}

describe('stackedBands', () => {
  it('gives the whole first and the lowest band last, without the second that goes on', () => {
    const seconds = [second(0, { v1: 10 }), second(1, { v1: 4, v2: 6 }), second(2, { v2: 1 })]
    expect(stackedBands(seconds, ['v1', 'v2'], 2, ({ releases }) => releases)).toEqual([
      [0, 1000, 2000],
      [10, 10, 10],
      [10, 4, 4],
    ])
  })

  it('counts a second without requests as none', () => {
    const seconds = [undefined, second(1, { v1: 3 })]
    expect(stackedBands(seconds, ['v1'], 2, ({ releases }) => releases)[1]).toEqual([0, 3, 3])
  })
})

it('leaves a gap in the latency where nothing succeeded', () => {
  expect(latencyLines([second(0, {}, 5), second(1, {})], 2)).toEqual([
    [500, 1500],
    [5, null],
    [10, null],
    [15, null],
  ])
})

it('orders releases by their number and names those that have none', () => {
  const result = { ...emptyTrafficResult(10), releases: { v10: 1, '-': 1, v2: 1 } }
  expect(releaseSeries(result, 'no release').series.map(({ label }) => label)).toEqual(['no release', 'v2', 'v10'])
})
