import type { FaultKind } from '../../contract/index.ts'
import type { FaultDriver } from './fault-driver.ts'
import { freezeFault, killFault, stopFault } from './kinds/process-faults.ts'

const DRIVERS: { readonly [Kind in FaultKind]?: FaultDriver<Kind> } = {
  kill: killFault,
  stop: stopFault,
  freeze: freezeFault,
}

/** The driver of a kind. It gets specs of its own kind only, which the type cannot say. */
export function driverOf(kind: FaultKind): FaultDriver<FaultKind> | null {
  return (DRIVERS[kind] as FaultDriver<FaultKind> | undefined) ?? null
}
