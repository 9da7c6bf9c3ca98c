import { performance } from 'node:perf_hooks'
import type { NicClock } from '../../protocols/nic/records.ts'

const NS_PER_MS = 1e6

/** Nanoseconds since the process began, by a clock that nobody sets; a whole number. Far cheaper than `hrtime.bigint`. */
export function nowNs(): number {
  return Math.round(performance.now() * NS_PER_MS)
}

/** When `nowNs` was 0. */
export function clock(): NicClock {
  const wholeMs = Math.floor(performance.timeOrigin)
  const restNs = Math.round((performance.timeOrigin - wholeMs) * NS_PER_MS)
  return { epochNs: String(BigInt(wholeMs) * BigInt(NS_PER_MS) + BigInt(restNs)) }
}
