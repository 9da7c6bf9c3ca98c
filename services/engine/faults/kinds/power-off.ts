import type { FaultDriver } from '../fault-driver.ts'
import { bringUpAmongFaults, bringUpInOrder } from '../bring-up.ts'
import { answeredAndRefused } from './process-faults.ts'
import { darken } from './network-faults.ts'

/**
 * The power of a host fails: its network card goes dark, then all its services are gone at once. Who calls gets no
 * answer, not even a refusal. Power comes back: its services start as they did with the lab.
 */
export const powerOffFault: FaultDriver<'power-off'> = {
  set: async ({ host }, ground) => {
    const dark = await darken(host, ground)
    const here = ground.plan.services.filter((service) => service.host === host).map(({ id }) => ground.service(id))
    const figures = here.map(({ id }) => answeredAndRefused(id, ground))
    const killed = here.filter(({ state: { state } }) => state !== 'stopped' && state !== 'failed')
    try {
      await Promise.all(killed.map((service) => service.act('kill')))
    } catch (error) {
      await dark.clear()
      throw error
    }
    return {
      clear: async () => {
        await dark.clear()
        await bringUpInOrder(
          killed.map(({ id }) => id),
          ground.plan,
          (id) => ground.service(id),
          (service) => bringUpAmongFaults(service, ground),
        )
      },
      measure: () => {
        const dropped = dark.measure().filter(({ name }) => name === 'dropped')
        const passed = figures.flatMap((of) => of()).filter(({ name }) => name === 'passed')
        return [...dropped, { name: 'passed', value: passed.reduce((sum, { value }) => sum + (value ?? 0), 0) }]
      },
    }
  },
}
