import type { Capabilities, FaultKind, FaultMeasure, FaultSpec, LabEvent } from '../../contract/index.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import type { Network } from '../network/network.ts'
import type { Service } from '../supervisor/service.ts'
import type { ProgramDesk } from './program-desk.ts'

/** What one kind of fault is, in a file of its own for each, as Toxiproxy has one for each of its toxics. */

/** What faults need of the lab that they break. */
export interface FaultGround {
  readonly plan: LabPlan
  readonly events: EventLog
  readonly network: Pick<Network, 'faults'>
  readonly programs: ProgramDesk
  readonly actions: Pick<Capabilities['actions'], 'freeze'>
  service(id: string): Service
  /** How many connections to a service its callers in the lab were refused, since the lab started. */
  refusedAt(service: string): number
}

export type Figures = FaultMeasure['figures']
export type SpecOf<Kind extends FaultKind> = Extract<FaultSpec, { fault: Kind }>

/** A fault that is set. */
export interface SetFault {
  /** Undoes exactly what was set; resolves when the lab is as before. Throws `LabError`. */
  clear(): Promise<void>
  /** What the fault was seen to do since it was set. */
  measure(): Figures
  /** Whether this event undid it otherwise: a killed service that was started is not killed any more. */
  isUndoneBy?(event: LabEvent): boolean
}

export interface FaultDriver<Kind extends FaultKind> {
  /** Resolves when it is set. Throws `LabError` with nothing left. */
  set(spec: SpecOf<Kind>, ground: FaultGround): Promise<SetFault>
}
