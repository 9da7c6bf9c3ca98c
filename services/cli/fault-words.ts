import { faultPlace, type FaultEnd, type FaultSpec, type FaultState, type RepairReport } from '../contract/index.ts'

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

export function faultEndWords({ spec, failure }: FaultState, by: FaultEnd): string {
  return `fault: ${faultText(spec)} ${END_WORDS[by]}${failure === null ? '' : `: ${failure.message}`}`
}

export function repairWords({ asBefore, checks }: RepairReport): string {
  const bad = checks.filter(({ ok }) => !ok).map(({ detail }) => detail)
  return asBefore ? 'repaired: the lab is as before' : `repaired, but the lab is not as before: ${bad.join('; ')}`
}
