import { TRAFFIC_FAILURES, type TrafficFailure } from '../../contract/traffic.ts'

export type { TrafficFailure }

/** How a request ended, as a number: what columns hold. */

export type Outcome = 'ok' | TrafficFailure

const OUTCOMES: readonly Outcome[] = ['ok', ...TRAFFIC_FAILURES]

/** The request has no outcome yet. */
export const PENDING = 255
export const OK = 0

export function outcomeCode(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome)
}

/** Null for a success, for `PENDING`, and for what is no outcome. */
export function failureOf(code: number): TrafficFailure | null {
  return TRAFFIC_FAILURES[code - 1] ?? null
}
