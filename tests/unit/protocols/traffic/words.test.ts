import { describe, expect, it } from 'vitest'
import { emptyTrafficResult, type TrafficSecond } from '../../../../services/contract/index.ts'
import { resultText, secondText } from '../../../../services/protocols/traffic/words.ts'

const SECOND: TrafficSecond = {
  ...{ second: 11, due: 200, sent: 200, releases: { v1: 90, v2: 100 }, failed: {}, slow: 0, lagMaxMs: 0 },
  latencyMs: { p50: 1.234, p95: 12.34, p99: 123.4, max: 1000 },
}

describe('a second in words', () => {
  it('says who still waits', () => {
    expect(secondText(SECOND)).toBe(
      '  12 s    200 due    190 ok      0 failed  p50 1.23 ms  p99 123 ms  v1: 90, v2: 100  10 wait',
    )
  })

  it('says when nobody answered', () => {
    expect(secondText({ ...SECOND, releases: {}, failed: { refused: 200 }, latencyMs: null })).toBe(
      '  12 s    200 due      0 ok    200 failed  no answer  (refused: 200)',
    )
  })
})

describe('a result in words', () => {
  it('admits that the machine did not hold the rate', () => {
    const result = { ...emptyTrafficResult(200), failed: { unsent: 3 }, lagMs: { p50: 1, p99: 20, max: 50 } }
    expect(resultText(result)).not.toContain('did not hold')
    expect(resultText({ ...result, behind: true })).toContain('sent up to 50 ms late (p99 20 ms), 3 not at all')
  })
})
