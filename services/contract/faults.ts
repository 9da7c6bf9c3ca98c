import type { Failure } from './errors.ts'
import type { FaultSpec } from './fault-order.ts'

/**
 * Faults: what is broken on purpose, always exactly reversible. One vocabulary for the window, the CLI and lab files.
 * Names follow Toxiproxy's toxics and netem's words where those have one.
 */

/** Of a link: `forward` is from the caller to the service. Of a NIC: `forward` is into the host, `back` out of it. */
export const FAULT_DIRECTIONS = ['both', 'forward', 'back'] as const
export type FaultDirection = (typeof FAULT_DIRECTIONS)[number]

export type FaultKind = FaultSpec['fault']

export const FAULT_KINDS = [
  'kill',
  'stop',
  'freeze',
  'crash-at-start',
  'slow',
  'memory-limit',
  'error-rate',
  'disk-full',
  'dns-wrong-answer',
  'dns-servfail',
  'dns-no-answer',
  'power-off',
  'unplug',
  'refuse',
  'reset',
  'latency',
  'bandwidth',
  'fail-next',
  'loss',
] as const satisfies readonly FaultKind[]

/** What a fault was seen to do, beside what was set. Null figures were not seen (no request passed since). */
export interface FaultMeasure {
  readonly atMs: number
  /** What is measured: `delayMs` beside a latency or slow fault, `refused`, `dropped`, `errors` as counts, ... */
  readonly figures: readonly { readonly name: FaultFigure; readonly value: number | null }[]
}

export const FAULT_FIGURES = [
  /** Median of what was added, in ms. */
  'delayMs',
  /** Bytes per second through the place. */
  'bytesPerSecond',
  'refused',
  'reset',
  'dropped',
  'failed',
  'passed',
  'restarts',
  'memoryBytes',
] as const
export type FaultFigure = (typeof FAULT_FIGURES)[number]

/** `setting` and `clearing`: on the way. `failed`: it could not be set, or not be cleared; `failure` says why. */
export const FAULT_PHASES = ['setting', 'active', 'clearing', 'failed'] as const
export type FaultPhase = (typeof FAULT_PHASES)[number]

export interface FaultState {
  readonly id: number
  readonly spec: FaultSpec
  readonly phase: FaultPhase
  readonly setAtMs: number
  /** When its timer ends it; null without one. */
  readonly endsAtMs: number | null
  readonly measured: FaultMeasure | null
  readonly failure: Failure | null
}

/** What "Repair all" found when it was through. */
export interface RepairReport {
  readonly cleared: readonly number[]
  /** Each check that the lab is as before, with what was found where it is not. */
  readonly checks: readonly RepairCheck[]
  readonly asBefore: boolean
}

export interface RepairCheck {
  /** `services-ready`, `backends-up`, `network-clean`, `pages-answer`, `no-faults`. */
  readonly check: RepairCheckName
  readonly ok: boolean
  readonly detail: string
}

export const REPAIR_CHECKS = [
  'no-faults',
  'network-clean',
  'services-ready',
  'backends-up',
  'names-resolve',
  'pages-answer',
] as const
export type RepairCheckName = (typeof REPAIR_CHECKS)[number]

/** Which faults this system can do, with the reason where it can't (an English sentence). */
export type FaultAbilities = Readonly<
  Record<FaultKind, { readonly supported: boolean; readonly reason: string | null }>
>

export interface FaultOutputs {
  /** Answers when it is set. */
  addFault: FaultState
  clearFault: null
  /** Answers when everything is repaired and checked. */
  clearAllFaults: RepairReport
}
