import type { RetryReason } from '../../protocols/haproxy-cfg/model.ts'

/** Whether a request that failed may be sent again (HAProxy manual, `retry-on`; RFC 9110 section 9.2.2). */

export interface FailedAttempt {
  readonly reason: RetryReason
  /** Something of the response is on its way to the client. */
  readonly responseStarted: boolean
  /** At least one byte of the request may have reached the server. */
  readonly requestSent: boolean
  readonly idempotent: boolean
  /** The whole body so far is still held. */
  readonly bodyHeld: boolean
  readonly retriesLeft: number
  readonly retryOn: ReadonlySet<RetryReason>
}

export function mayRetry(attempt: FailedAttempt): boolean {
  if (attempt.responseStarted || !attempt.bodyHeld || attempt.retriesLeft <= 0) return false
  if (!attempt.retryOn.has(attempt.reason)) return false
  // What never reached a server did nothing there: any method may be sent again.
  return !attempt.requestSent || attempt.idempotent
}

/**
 * Whether this retry goes to another server (`option redispatch [interval]`): every `interval` retries; -1 means on the
 * last one, null never.
 */
export function redispatches(interval: number | null, retry: number, retries: number): boolean {
  if (interval === null) return false
  return interval > 0 ? retry % interval === 0 : retry === retries
}

/** The `retry-on` word of a status, or null for one that is never retried. */
export function statusReason(status: number): RetryReason | null {
  return STATUS_REASONS.get(status) ?? null
}

const STATUS_REASONS = new Map<number, RetryReason>([
  [401, '401'],
  [403, '403'],
  [404, '404'],
  [408, '408'],
  [425, '425'],
  [500, '500'],
  [501, '501'],
  [502, '502'],
  [503, '503'],
  [504, '504'],
])
