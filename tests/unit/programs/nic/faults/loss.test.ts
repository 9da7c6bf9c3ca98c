import { describe, expect, it } from 'vitest'
import { loss } from '../../../../../services/programs/nic/faults/loss.ts'

/** Gives these numbers in turn. */
function numbers(...values: number[]): () => number {
  return () => values.shift() ?? 1
}

describe('loss', () => {
  it('drops a datagram for good', () => {
    const fault = loss({ percent: 30 }, { dropped: 0 }, numbers(0.29, 0.3))
    const piece = { transport: 'udp', out: false, bytes: 40, readyMs: 5 } as const
    expect(fault.fate(piece)).toBe('lost')
    expect(fault.fate(piece)).toBe(5)
  })

  it('delays a stream until it would have been sent again, twice as long each time', () => {
    const meter = { dropped: 0 }
    const fault = loss({ percent: 30 }, meter, numbers(0.9, 0.1, 0.9, 0.1, 0.2, 0.9))
    const piece = { transport: 'tcp', out: false, bytes: 40, readyMs: 5 } as const
    expect([fault.fate(piece), fault.fate(piece), fault.fate(piece)]).toEqual([5, 205, 605])
    expect(meter.dropped).toBe(3)
  })

  it('gives up at last, and never loses an end', () => {
    const fault = loss({ percent: 100 }, { dropped: 0 })
    expect(fault.fate({ transport: 'tcp', out: true, bytes: 1, readyMs: 0 })).toBe(200 * (2 ** 9 - 1))
    expect(fault.fate({ transport: 'tcp', out: true, bytes: 0, readyMs: 7 })).toBe(7)
  })
})
