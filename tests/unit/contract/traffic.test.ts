import { describe, expect, it } from 'vitest'
import { COMMAND_INPUTS, emptyTrafficResult, foldTraffic, type TrafficRun } from '../../../services/contract/index.ts'

function run(id: number): TrafficRun {
  return {
    id,
    label: '',
    settings: {
      ...{ rate: 10, rampTo: null, seconds: 1, urls: [], connections: 'new', slowMs: 500, timeoutMs: 5000 },
    },
    startedAtMs: 1,
    endedAtMs: null,
    failure: null,
    result: emptyTrafficResult(10),
  }
}

describe('the fold of traffic events', () => {
  it('keeps runs in order, replaces figures, and leaves other runs as they are', () => {
    const first = run(1)
    let runs = foldTraffic([first], { type: 'trafficStarted', run: run(2) })
    expect(runs.map(({ id }) => id)).toEqual([1, 2])
    const result = { ...emptyTrafficResult(10), due: 5 }
    const cells = { at: [], ok: [], slow: [], failed: [] }
    runs = foldTraffic(runs, { type: 'trafficSampled', run: 2, result, cells, seconds: [], markers: [] })
    expect(runs[0]).toBe(first)
    expect(runs[1]?.result).toBe(result)
    runs = foldTraffic(runs, { type: 'trafficFinished', run: { ...run(2), endedAtMs: 9 } })
    expect(runs[1]).toMatchObject({ endedAtMs: 9, result: { due: 0 } })
    expect(foldTraffic(runs, { type: 'trafficForgotten', run: 1 }).map(({ id }) => id)).toEqual([2])
  })
})

describe('an order for traffic', () => {
  const accepts = (order: object): boolean => COMMAND_INPUTS.startTraffic.safeParse(order).success

  it('has bounds', () => {
    expect(accepts({ rate: 2000, connections: 'new', seconds: 600, rampTo: 1, urls: [{ url: '/', weight: 2 }] })).toBe(
      true,
    )
    for (const wrong of [
      { rate: 0.5, connections: 'new' },
      { rate: 2001, connections: 'new' },
      { rate: 10, connections: 'sometimes' },
      { rate: 10, connections: 'new', urls: [] },
      { rate: 10, connections: 'new', seconds: 0 },
      { rate: 10, connections: 'new', timeoutMs: 1 },
    ])
      expect(accepts(wrong)).toBe(false)
  })
})
