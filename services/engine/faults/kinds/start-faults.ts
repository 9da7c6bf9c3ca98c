import { LabError } from '../../../contract/index.ts'
import type { Service } from '../../supervisor/service.ts'
import { bringUp } from '../bring-up.ts'
import type { FaultDriver, FaultGround } from '../fault-driver.ts'

/** Faults that take hold at a start: the service is started anew to meet them, and once more to be rid of them. */

/** The process ends by itself before it listens, at every start. */
export const crashFault: FaultDriver<'crash-at-start'> = {
  set: async ({ service: id }, ground) => {
    const service = ground.service(id)
    const ran = service.state.pid !== null
    const crashes = countCrashes(id, ground)
    await ground.programs.change(service, 'crash-at-start', { crashAtStart: true })
    try {
      await restartIfRunning(service)
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'SERVICE_START_FAILED') {
        crashes.stop()
        await ground.programs.change(service, 'crash-at-start', { crashAtStart: false })
        throw error
      }
    }
    return {
      clear: async () => {
        await ground.programs.change(service, 'crash-at-start', { crashAtStart: false })
        crashes.stop()
        // Who stopped it before, by hand or by another fault, wants it stopped still.
        if (ran || service.state.state === 'failed') await bringUp(service)
      },
      measure: () => [{ name: 'crashes', value: crashes.count() }],
    }
  },
}

/**
 * The program's own heap may not grow beyond the limit (V8's, for our programs on Node); what it needs besides, as for
 * its code and its buffers, comes on top and is in the measured figure.
 */
export const memoryFault: FaultDriver<'memory-limit'> = {
  set: async ({ service: id, mib }, ground) => {
    const service = ground.service(id)
    const ran = service.state.pid !== null
    const crashes = countCrashes(id, ground)
    ground.programs.limitMemory(id, mib)
    try {
      await restartIfRunning(service)
    } catch (error) {
      crashes.stop()
      ground.programs.limitMemory(id, null)
      await bringUp(service).catch(() => undefined)
      throw error
    }
    return {
      clear: async () => {
        ground.programs.limitMemory(id, null)
        crashes.stop()
        await restartIfRunning(service)
        if (ran || service.state.state === 'failed') await bringUp(service)
      },
      measure: () => [
        { name: 'memoryBytes', value: service.state.memoryBytes },
        { name: 'crashes', value: crashes.count() },
      ],
    }
  },
}

async function restartIfRunning(service: Service): Promise<void> {
  await service.settled()
  const { state } = service.state
  if (state === 'stopped' || state === 'failed') return
  await service.act('restart')
}

/** How often the service failed by itself since now. */
function countCrashes(id: string, { events }: FaultGround): { count(): number; stop(): void } {
  let count = 0
  const stop = events.observe((event) => {
    if (event.type === 'serviceChanged' && event.service === id && event.patch.state === 'failed') count += 1
  })
  return { count: () => count, stop }
}
