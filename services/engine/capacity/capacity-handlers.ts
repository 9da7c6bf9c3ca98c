import type { CAPACITY_INPUTS } from '../../contract/index.ts'
import type { HandlersOf } from '../handlers.ts'

/** The commands about capacity and balancing. */
export const CAPACITY_HANDLERS: HandlersOf<typeof CAPACITY_INPUTS> = {
  setCapacity: (engine, order) => engine.lab.design.setWorkers(order),
  runRamp: (engine, order) => engine.lab.capacity.ramps.start(order),
  stopRamp: async (engine) => {
    await engine.lab.capacity.ramps.stop()
    return null
  },
  forgetRamp: (engine, { id }) => {
    engine.lab.capacity.ramps.forget(id)
    return null
  },
  readBalancing: (engine, { after, limit }) => engine.lab.readBalancing(after ?? 0, limit ?? 100),
}
