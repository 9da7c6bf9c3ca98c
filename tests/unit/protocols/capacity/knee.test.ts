import { describe, expect, it } from 'vitest'
import { findKnee, isSaturated, predictCapacity } from '../../../../services/protocols/capacity/knee.ts'

const curve = (rates: readonly number[], carried: number) =>
  rates.map((offered) => ({ offered, achieved: Math.min(offered, carried) }))
const upTo = (to: number, step: number): number[] => Array.from({ length: to / step }, (_, at) => (at + 1) * step)

describe('the knee', () => {
  it.each([40, 43, 77, 120])('is where %i requests a second are carried', (carried) => {
    const knee = findKnee(curve(upTo(160, 4), carried))
    expect(Math.abs((knee?.rate ?? 0) - carried)).toBeLessThanOrEqual(4)
    expect(knee?.method).toBe('kneedle')
  })

  it('stays where it is with some noise, and when throughput falls beyond it', () => {
    const noisy = curve(upTo(160, 8), 80).map(({ offered, achieved }, at) => ({
      offered,
      achieved: achieved + (at % 3) - 1 - Math.max(0, offered - 80) * 0.1,
    }))
    expect(Math.abs((findKnee(noisy)?.rate ?? 0) / 80 - 1)).toBeLessThan(0.1)
  })

  it('is none on a straight line, and none of two steps', () => {
    expect(findKnee(curve(upTo(100, 10), 1000))).toBeNull()
    expect(findKnee(curve([10, 20], 10))).toBeNull()
  })
})

it('a ramp is far enough when several steps in a row lost more than a tenth', () => {
  expect(isSaturated(curve(upTo(100, 10), 100))).toBe(false)
  expect(isSaturated(curve(upTo(60, 10), 40))).toBe(false)
  expect(isSaturated(curve(upTo(90, 10), 40))).toBe(true)
})

describe('the prediction', () => {
  const server = (service: string, workers: number, weight = 1, backup = false) => ({
    ...{ service, weight, backup },
    setting: { workers, costMs: 50, queueLimit: 4 },
  })

  it('is workers by cost for each pair', () => {
    expect(predictCapacity(null, [server('a', 2)])?.rate).toBe(40)
    expect(predictCapacity('roundrobin', [server('a', 2), server('b', 2), server('c', 2)])?.rate).toBe(120)
  })

  it('is where the first server is full, unless the algorithm goes by load', () => {
    const unequal = [server('a', 2), server('b', 1)]
    expect(predictCapacity('roundrobin', unequal)?.rate).toBe(40)
    expect(predictCapacity('leastconn', unequal)?.rate).toBe(60)
    expect(predictCapacity('roundrobin', [server('a', 2, 2), server('b', 1, 1)])?.rate).toBe(60)
  })

  it('counts no backups, one server for one visitor, and nothing that is not modelled', () => {
    expect(predictCapacity('roundrobin', [server('a', 2), server('b', 2, 1, true)])?.rate).toBe(40)
    expect(predictCapacity('source', [server('a', 2), server('b', 2)])?.rate).toBe(40)
    expect(predictCapacity('roundrobin', [{ ...server('a', 2), setting: null }])).toBeNull()
    expect(predictCapacity('roundrobin', [])).toBeNull()
  })
})
