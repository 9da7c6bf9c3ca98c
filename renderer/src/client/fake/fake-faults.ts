import { LabError } from '../../../../services/contract/errors.ts'
import type {
  CommandInput,
  FaultKind,
  FaultMeasure,
  FaultOutputs,
  FaultState,
  FAULT_INPUTS,
} from '../../../../services/contract/index.ts'
import { REPAIR_CHECKS } from '../../../../services/contract/faults.ts'
import type { FakeLab } from './fake-lab.ts'

type FaultHandlers = {
  readonly [Name in keyof typeof FAULT_INPUTS]: (input: CommandInput<Name>) => Promise<FaultOutputs[Name]>
}

/** Plays faults: kill, stop and freeze change their service as the real ones do, the others only show. */
export function faultHandlers(lab: FakeLab): FaultHandlers {
  let lastId = 0
  async function end(fault: FaultState, by: 'person' | 'repair-all'): Promise<void> {
    lab.emit({ type: 'faultChanged', fault: { ...fault, phase: 'clearing' } })
    if (fault.spec.target === 'service') await repair(lab, fault.spec.service)
    lab.emit({ type: 'faultCleared', fault, by })
  }
  return {
    async addFault({ spec, forMs }) {
      lastId += 1
      if (spec.target === 'service') await strike(lab, spec.service, spec.fault)
      const setAtMs = Date.now()
      const fault: FaultState = {
        id: lastId,
        spec,
        phase: 'active',
        setAtMs,
        endsAtMs: forMs === undefined ? null : setAtMs + forMs,
        measured: { atMs: setAtMs, figures: figuresOf(spec) },
        failure: null,
      }
      lab.emit({ type: 'faultChanged', fault })
      return fault
    },
    async clearFault({ id }) {
      const fault = lab.state.faults.find((one) => one.id === id)
      if (!fault) throw new LabError('FAULT_UNKNOWN', { id, known: lab.state.faults.map((one) => one.id).join(', ') })
      await end(fault, 'person')
      return null
    },
    async clearAllFaults() {
      const cleared = lab.state.faults.map(({ id }) => id)
      for (const fault of lab.state.faults) await end(fault, 'repair-all')
      for (const { id } of lab.state.services) await repair(lab, id)
      const report = {
        cleared,
        checks: REPAIR_CHECKS.map((check) => ({ check, ok: true, detail: '' })),
        asBefore: true,
      }
      lab.emit({ type: 'labRepaired', report })
      return report
    },
  }
}

async function strike(lab: FakeLab, service: string, kind: FaultKind): Promise<void> {
  if (kind === 'kill') await lab.killService(service)
  if (kind === 'stop') await lab.stopService(service)
  if (kind === 'freeze') lab.patch(service, { state: 'frozen' })
}

async function repair(lab: FakeLab, service: string): Promise<void> {
  const { state } = lab.service(service)
  if (state === 'frozen') lab.patch(service, { state: 'ready' })
  if (state === 'failed' || state === 'stopped') await lab.startService(service)
}

function figuresOf(spec: FaultState['spec']): FaultMeasure['figures'] {
  if ('ms' in spec) return [{ name: 'delayMs', value: spec.ms + 0.4 }]
  return [{ name: 'passed', value: 0 }]
}
