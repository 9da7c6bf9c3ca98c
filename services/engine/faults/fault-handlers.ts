import type { CommandInput, CommandName, CommandOutput, FAULT_INPUTS } from '../../contract/index.ts'
import type { Engine } from '../create-engine.ts'

type FaultCommand = keyof typeof FAULT_INPUTS & CommandName
type Handlers = {
  readonly [Name in FaultCommand]: (engine: Engine, input: CommandInput<Name>) => Promise<CommandOutput<Name>>
}

/** The commands of faults. */
export const FAULT_HANDLERS: Handlers = {
  addFault: (engine, order) => engine.lab.faults.add(order),
  clearFault: async (engine, { id }) => {
    await engine.lab.faults.clear(id)
    return null
  },
  clearAllFaults: (engine) => engine.lab.faults.clearAll(),
}
