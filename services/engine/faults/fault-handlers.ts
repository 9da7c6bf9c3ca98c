import type { FAULT_INPUTS } from '../../contract/index.ts'
import type { HandlersOf } from '../handlers.ts'

/** The commands of faults. */
export const FAULT_HANDLERS: HandlersOf<typeof FAULT_INPUTS> = {
  addFault: (engine, order) => engine.lab.faults.add(order),
  clearFault: async (engine, { id }) => {
    await engine.lab.faults.clear(id)
    return null
  },
  clearAllFaults: (engine) => engine.lab.faults.clearAll(),
}
