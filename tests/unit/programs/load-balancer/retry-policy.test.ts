import { describe, expect, it } from 'vitest'
import {
  mayRetry,
  redispatches,
  statusReason,
  type FailedAttempt,
} from '../../../../services/programs/load-balancer/retry-policy.ts'

const ATTEMPT: FailedAttempt = {
  reason: 'empty-response',
  responseStarted: false,
  requestSent: true,
  idempotent: true,
  bodyHeld: true,
  retriesLeft: 1,
  retryOn: new Set(['conn-failure', 'empty-response']),
}

describe('mayRetry', () => {
  it.each<[string, Partial<FailedAttempt>, boolean]>([
    ['an idempotent request', {}, true],
    ['a POST that was sent', { idempotent: false }, false],
    ['a POST that never left', { idempotent: false, requestSent: false, reason: 'conn-failure' }, true],
    ['a response under way', { responseStarted: true }, false],
    ['a body that is gone', { bodyHeld: false }, false],
    ['no retry left', { retriesLeft: 0 }, false],
    ['a failure that retry-on does not name', { reason: '503' }, false],
  ])('%s', (_what, change, expected) => {
    expect(mayRetry({ ...ATTEMPT, ...change })).toBe(expected)
  })
})

it('redispatches every so many retries, on the last one, or never', () => {
  const which = (interval: number | null): boolean[] => [1, 2, 3].map((retry) => redispatches(interval, retry, 3))
  expect(which(1)).toEqual([true, true, true])
  expect(which(2)).toEqual([false, true, false])
  expect(which(-1)).toEqual([false, false, true])
  expect(which(null)).toEqual([false, false, false])
})

it('knows the statuses that can be retried', () => {
  expect(statusReason(503)).toBe('503')
  expect([200, 302, 400, 418, 505].map(statusReason)).toEqual([null, null, null, null, null])
})
