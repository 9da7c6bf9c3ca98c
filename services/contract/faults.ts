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
export type FaultTarget = FaultSpec['target']

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

/** The service, host or link that a fault is on. */
export function faultPlace(spec: FaultSpec): string {
  return spec.target === 'service' ? spec.service : spec.target === 'link' ? spec.link : spec.host
}

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
  /** Answers that were given wrongly. */
  'wrong',
  /** How often the process ended by itself. */
  'crashes',
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

/** Why a fault is over. `itself`: what it did was undone otherwise, by a start for example. `refused`: it could not be set. */
export const FAULT_ENDS = ['person', 'timer', 'repair-all', 'itself', 'refused'] as const
export type FaultEnd = (typeof FAULT_ENDS)[number]

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

/** The part of the lab's state that tells of faults. */
export interface FaultsState {
  /** What is broken on purpose now, oldest first. */
  readonly faults: readonly FaultState[]
  /** What the last "Repair all" found; null before the first, and again when something is broken anew. */
  readonly lastRepair: RepairReport | null
}

export const NO_FAULTS: FaultsState = { faults: [], lastRepair: null }

export interface FaultEvents {
  /** A fault is being set, is set, is being cleared, or could not be cleared. */
  faultChanged: { readonly fault: FaultState }
  faultCleared: { readonly fault: FaultState; readonly by: FaultEnd }
  /** Figures that change all the time; not shown in the event log. */
  faultsMeasured: { readonly faults: readonly { readonly id: number; readonly measured: FaultMeasure }[] }
  labRepaired: { readonly report: RepairReport }
}

type NumberedFaultEvent = {
  [Type in keyof FaultEvents]: { readonly type: Type } & FaultEvents[Type]
}[keyof FaultEvents]

export function foldFaults(state: FaultsState, event: NumberedFaultEvent): FaultsState {
  switch (event.type) {
    case 'faultChanged': {
      const { fault } = event
      const known = state.faults.some(({ id }) => id === fault.id)
      const faults = known ? state.faults.map((one) => (one.id === fault.id ? fault : one)) : [...state.faults, fault]
      return { faults, lastRepair: known ? state.lastRepair : null }
    }
    case 'faultCleared':
      return { ...state, faults: state.faults.filter(({ id }) => id !== event.fault.id) }
    case 'faultsMeasured': {
      const measures = new Map(event.faults.map(({ id, measured }) => [id, measured]))
      return {
        ...state,
        faults: state.faults.map((fault) => ({ ...fault, measured: measures.get(fault.id) ?? fault.measured })),
      }
    }
    case 'labRepaired':
      return { ...state, lastRepair: event.report }
  }
}

export interface FaultOutputs {
  /** Answers when it is set. */
  addFault: FaultState
  clearFault: null
  /** Answers when everything is repaired and checked. */
  clearAllFaults: RepairReport
}
