import {
  AUDIT_CAPABILITIES,
  type AuditCapability,
  type AuditEffect,
  type CapabilityProof,
  type CapabilityProofs,
} from '../../contract/index.ts'
import type { ProbeOutcome } from './probes.ts'

/**
 * So many outcomes after everything has settled decide. Where half of the requests fail, as many good ones in a row by
 * chance are one case in 4096.
 */
export const WINDOW = 12
/** A mixed window may be a hiccup of the machine: up to so many are looked at before it counts. */
export const MOST_WINDOWS = 3

/** What the outcomes since the break say, `settledAt` being the first that counts for good; null: more are needed. */
export function judge(all: readonly ProbeOutcome[], settledMs: number): CapabilityProof | null {
  const settled = all.filter(({ beginMs }) => beginMs >= settledMs)
  for (let end = WINDOW; end <= settled.length; end += WINDOW) {
    const last = settled.slice(end - WINDOW, end)
    const before = [...all.slice(0, all.length - settled.length), ...settled.slice(0, end - WINDOW)]
    const effect = effectOf(before, last)
    if (effect !== 'partly' || end === WINDOW * MOST_WINDOWS) return { effect, tried: all.length, failed: failed(all) }
  }
  return null
}

function effectOf(before: readonly ProbeOutcome[], last: readonly ProbeOutcome[]): AuditEffect {
  const bad = failed(last)
  if (bad === last.length) return 'down'
  if (bad > 0) return 'partly'
  return failed(before) > 0 ? 'degraded' : 'survives'
}

function failed(outcomes: readonly ProbeOutcome[]): number {
  return outcomes.filter(({ ok }) => !ok).length
}

/** All capabilities of the baseline; null while one of them is not decided. */
export function judgeAll(
  baseline: readonly AuditCapability[],
  outcomes: (capability: AuditCapability) => readonly ProbeOutcome[],
  settledMs: number,
): CapabilityProofs | null {
  const proofs: Partial<Record<AuditCapability, CapabilityProof | null>> = {}
  for (const capability of AUDIT_CAPABILITIES) {
    const proof = baseline.includes(capability) ? judge(outcomes(capability), settledMs) : null
    if (proof === null && baseline.includes(capability)) return null
    proofs[capability] = proof
  }
  return proofs as CapabilityProofs
}
