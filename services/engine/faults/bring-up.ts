import { LabError, type FaultSpec } from '../../contract/index.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { startOrder } from '../plan/start-order.ts'
import type { FaultGround } from './fault-driver.ts'
import type { Service } from '../supervisor/service.ts'

/** Makes a service ready again, whatever ended or held it. Throws `LabError` when it cannot be started. */
export async function bringUp(service: Service): Promise<void> {
  if (service.state.state === 'stopping') await service.stop()
  await service.settled()
  const { state } = service.state
  if (state === 'frozen') return service.act('resume')
  if (state !== 'failed' && state !== 'stopped') return
  try {
    await service.act('start')
  } catch (error) {
    // Its automatic restart, or somebody else, was quicker.
    if (!(error instanceof LabError) || (error.code !== 'SERVICE_BUSY' && error.code !== 'SERVICE_ACTION_INVALID'))
      throw error
    await service.settled()
  }
}

/** As `bringUp`, but a service that another fault lets crash at its start stays as that fault wants it. */
export async function bringUpAmongFaults(service: Service, { events }: Pick<FaultGround, 'events'>): Promise<void> {
  try {
    await bringUp(service)
  } catch (error) {
    if (!events.state.faults.some(({ spec, phase }) => phase === 'active' && crashes(spec, service.id))) throw error
  }
}

function crashes(spec: FaultSpec, service: string): boolean {
  return (spec.fault === 'crash-at-start' || spec.fault === 'memory-limit') && spec.service === service
}

/** Brings up services in the order of the lab's start. Rejects with the first failure when all were tried. */
export async function bringUpInOrder(
  ids: readonly string[],
  plan: LabPlan,
  serviceOf: (id: string) => Service,
  bring: (service: Service) => Promise<void> = bringUp,
): Promise<void> {
  const ordered = startOrder(plan.services).filter(({ id }) => ids.includes(id))
  const begun = new Map<string, Promise<void>>()
  const results = ordered.map(({ id, spec }) => {
    const awaited = (spec.startWhenReady ?? []).map((other) => begun.get(other) ?? Promise.resolve())
    const work = Promise.allSettled(awaited).then(() => bring(serviceOf(id)))
    begun.set(id, work)
    return work
  })
  const failed = (await Promise.allSettled(results)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
