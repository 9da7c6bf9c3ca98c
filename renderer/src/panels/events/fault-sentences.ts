import { faultPlace, type FaultEnd, type FaultState } from '../../../../services/contract/faults.ts'
import { sentence, type EventLevel, type Sentence } from './sentence.ts'

const END_LEVELS: Readonly<Record<FaultEnd, EventLevel>> = {
  person: 'good',
  timer: 'good',
  'repair-all': 'good',
  itself: 'info',
  refused: 'error',
}

/** A fault that was set, or could not be cleared; its way there and back is worth no line. */
export function describeFaultChange(fault: FaultState): readonly Sentence[] {
  if (fault.phase === 'failed')
    return [sentence('fault', 'error', 'fault.notCleared', { ...aboutOf(fault), failure: fault.failure })]
  if (fault.phase !== 'active') return []
  return [sentence('fault', 'warning', `fault.set.${fault.spec.fault}`, aboutOf(fault))]
}

export function describeFaultEnd(fault: FaultState, by: FaultEnd): Sentence {
  const figures = fault.measured?.figures ?? []
  const seen = figures.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]))
  return sentence('fault', END_LEVELS[by], `fault.over.${by}`, { ...aboutOf(fault), seen, failure: fault.failure })
}

export function describeRepair(asBefore: boolean, cleared: number): Sentence {
  const key = asBefore ? 'fault.repaired' : 'fault.notAsBefore'
  return sentence('fault', asBefore ? 'good' : 'error', key, { params: { cleared } })
}

function aboutOf({ spec }: FaultState): Pick<Sentence, 'params' | 'services' | 'host'> {
  const figures = Object.entries(spec).filter(([, value]) => typeof value === 'number')
  const place = faultPlace(spec)
  return {
    params: { ...Object.fromEntries(figures), ...addressOf(spec), place, faultKind: spec.fault },
    services: spec.target === 'service' ? [spec.service] : spec.target === 'link' ? spec.link.split('>') : [],
    host: 'host' in spec ? spec.host : null,
  }
}

function addressOf(spec: FaultState['spec']): { readonly address?: string } {
  return 'address' in spec ? { address: spec.address } : {}
}
