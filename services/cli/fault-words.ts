import { stripVTControlCharacters } from 'node:util'
import {
  faultPlace,
  type FaultEnd,
  type FaultFigure,
  type FaultSpec,
  type FaultState,
  type RepairReport,
} from '../contract/index.ts'

import { table, type Output } from './output.ts'

/** How the command line puts faults into words. */

const END_WORDS: Readonly<Record<FaultEnd, string>> = {
  person: 'repaired',
  timer: 'repaired by its timer',
  'repair-all': 'repaired',
  itself: 'over by itself',
  refused: 'could not be set',
}

const NO_SETTINGS: ReadonlySet<string> = new Set(['fault', 'target', 'service', 'host', 'link'])

/** What was set beside the kind: `ms 200`, `failures 1, of 3`; '' for faults without figures. */
export function settingText(spec: FaultSpec): string {
  return Object.entries(spec)
    .filter(([name, value]) => !NO_SETTINGS.has(name) && value !== 'both')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** `slow on app-1 (ms 200)`. */
export function faultText(spec: FaultSpec): string {
  const setting = settingText(spec)
  return `${spec.fault} on ${faultPlace(spec)}${setting === '' ? '' : ` (${setting})`}`
}

/** A line of the event stream; null for a fault's way there and back. */
export function faultChangeWords({ spec, phase, failure }: FaultState): string | null {
  if (phase === 'active') return `fault: ${faultText(spec)}`
  return phase === 'failed' ? `fault: ${faultText(spec)} could not be repaired: ${failure?.message ?? ''}` : null
}

export function faultEndWords(fault: FaultState, by: FaultEnd): string {
  const { spec, failure } = fault
  const seen = measuredText(fault)
  const figures = seen === '-' ? '' : ` (measured: ${seen})`
  return `fault: ${faultText(spec)} ${END_WORDS[by]}${failure === null ? figures : `: ${failure.message}`}`
}

export function repairWords({ asBefore, checks }: RepairReport): string {
  const bad = checks.filter(({ ok }) => !ok).map(({ detail }) => detail)
  return asBefore ? 'repaired: the lab is as before' : `repaired, but the lab is not as before: ${bad.join('; ')}`
}

const FIGURE_WORDS: Readonly<Record<FaultFigure, string>> = {
  delayMs: 'ms later',
  bytesPerSecond: 'bytes/s',
  refused: 'refused',
  reset: 'reset',
  dropped: 'dropped',
  failed: 'failed',
  passed: 'passed',
  wrong: 'wrong',
  crashes: 'crashes',
  memoryBytes: 'bytes of memory',
}

/** What it was seen to do: `70.1 ms later, 12 passed`; '-' before anything was seen. */
export function measuredText({ measured }: FaultState): string {
  const seen = (measured?.figures ?? []).filter(({ value }) => value !== null)
  return seen.length === 0 ? '-' : seen.map(({ name, value }) => `${value} ${FIGURE_WORDS[name]}`).join(', ')
}

/** A table of what is set beside what is measured. */
export function faultListText(faults: readonly FaultState[], nowMs: number, out: Output): string {
  if (faults.length === 0) return 'No fault is set.'
  const heading = ['NO', 'FAULT', 'ON', 'SET', 'MEASURED', 'ENDS'].map((word) => out.style('quiet', word))
  const rows = faults.map((fault) => [
    String(fault.id),
    fault.spec.fault,
    faultPlace(fault.spec),
    settingText(fault.spec) || '-',
    fault.failure === null ? measuredText(fault) : fault.failure.message,
    fault.endsAtMs === null ? '-' : `in ${Math.max(0, Math.round((fault.endsAtMs - nowMs) / 1000))} s`,
  ])
  return table([heading, ...rows], (cell) => stripVTControlCharacters(cell).length)
}

/** The proof of a repair, check by check. */
export function repairText({ cleared, checks, asBefore }: RepairReport, out: Output): string {
  const lines = checks.map(
    ({ check, ok, detail }) => `${ok ? out.style('good', 'ok') : out.style('bad', 'not ok')}  ${check}: ${detail}`,
  )
  const result = asBefore ? 'The lab is as before.' : out.style('bad', 'The lab is not as before.')
  return [`Faults repaired: ${cleared.length}.`, ...lines, result].join('\n')
}
