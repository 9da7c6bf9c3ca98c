import type { CAPACITY_INPUTS, CommandInput, CommandName, CommandOutput } from '../../contract/index.ts'
import type { Engine } from '../create-engine.ts'

type CapacityCommand = keyof typeof CAPACITY_INPUTS & CommandName
type Handlers = {
  readonly [Name in CapacityCommand]: (
    engine: Engine,
    input: CommandInput<Name>,
  ) => CommandOutput<Name> | Promise<CommandOutput<Name>>
}

/** The commands about capacity and balancing. */
export const CAPACITY_HANDLERS: Handlers = {
  setCapacity: (engine, { service, setting }) => engine.lab.capacity.setCapacity(service, setting),
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
