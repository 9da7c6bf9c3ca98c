import type { ServiceAction, ServiceStateName } from '../../../contract/index.ts'
import type { FaultDriver, FaultGround, Figures, SetFault } from '../fault-driver.ts'
import { bringUpAmongFaults } from '../bring-up.ts'

/** Faults of a service's process that need nothing of the program: signals do. */

/** SIGKILL: no goodbye, connections are reset, then refused. A start repairs it, also an automatic one. */
export const killFault: FaultDriver<'kill'> = {
  set: ({ service }, ground) => setByAction(service, 'kill', isBegun, ground),
}

/** SIGTERM: it finishes what is in flight; then connections are refused. */
export const stopFault: FaultDriver<'stop'> = {
  set: ({ service }, ground) => setByAction(service, 'stop', isBegun, ground),
}

/** SIGSTOP: the process stays where it is; connections are still accepted by the system, and never answered. */
export const freezeFault: FaultDriver<'freeze'> = {
  set: ({ service }, ground) => setByAction(service, 'freeze', (state) => state !== 'frozen', ground),
}

function isBegun(state: ServiceStateName): boolean {
  return state === 'starting'
}

async function setByAction(
  id: string,
  action: ServiceAction,
  isUndone: (state: ServiceStateName) => boolean,
  ground: FaultGround,
): Promise<SetFault> {
  const service = ground.service(id)
  await service.act(action)
  const figures = answeredAndRefused(id, ground)
  return {
    clear: () => bringUpAmongFaults(service, ground),
    measure: figures,
    isUndoneBy: (event) =>
      event.type === 'serviceChanged' &&
      event.service === id &&
      event.patch.state !== undefined &&
      isUndone(event.patch.state),
  }
}

/** What a service that should answer nothing has answered since now, and how many calls of others it cost. */
export function answeredAndRefused(id: string, ground: FaultGround): () => Figures {
  const service = ground.service(id)
  const refusedBefore = ground.refusedAt(id)
  const requestsBefore = service.requests
  return () => [
    { name: 'passed', value: Math.max(0, service.requests - requestsBefore) },
    { name: 'refused', value: ground.refusedAt(id) - refusedBefore },
  ]
}
