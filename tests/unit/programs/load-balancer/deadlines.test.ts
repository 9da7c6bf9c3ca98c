import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deadlines } from '../../../../services/programs/load-balancer/deadlines.ts'

describe('Deadlines', () => {
  let deadlines: Deadlines
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    deadlines = new Deadlines()
  })
  afterEach(() => {
    deadlines.close()
    vi.useRealTimers()
  })

  /** When a time-out of so many ms, set `beginMs` after a tick, expires. */
  function expiresAfter(ms: number, beginMs: number): number {
    vi.advanceTimersByTime(beginMs)
    const began = performance.now()
    let ended = Number.NaN
    const item = { deadlineAt: deadlines.after(ms), expire: () => (ended = performance.now()) }
    deadlines.add(item)
    vi.advanceTimersByTime(ms + 1000)
    deadlines.remove(item)
    return ended - began
  }

  it('expires never early, and soon after', () => {
    for (const begin of [0, 1, 25, 49])
      for (const ms of [1, 50, 400]) {
        const after = expiresAfter(ms, begin)
        expect(after).toBeGreaterThanOrEqual(ms)
        expect(after).toBeLessThanOrEqual(ms + 100)
      }
  })

  it('does not count the time that the process was frozen', () => {
    const expire = vi.fn()
    deadlines.add({ deadlineAt: deadlines.after(1000), expire })
    vi.advanceTimersByTime(100)
    const frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    vi.advanceTimersByTime(50)
    frozen.mockRestore()
    expect(expire).not.toHaveBeenCalled()
  })

  it('expires once, and not after it was removed or when there is no limit', () => {
    const [once, removed, never] = [vi.fn(), vi.fn(), vi.fn()]
    deadlines.add({ deadlineAt: deadlines.after(10), expire: once })
    const item = { deadlineAt: deadlines.after(10), expire: removed }
    deadlines.add(item)
    deadlines.remove(item)
    deadlines.add({ deadlineAt: deadlines.after(null), expire: never })
    vi.advanceTimersByTime(10_000)
    expect([once, removed, never].map((spy) => spy.mock.calls.length)).toEqual([1, 0, 0])
  })
})
