import type { DESIGN_INPUTS } from '../../contract/index.ts'
import type { HandlersOf } from '../handlers.ts'

/** The commands of the design. */
export const DESIGN_HANDLERS: HandlersOf<typeof DESIGN_INPUTS> = {
  undo: (engine) => engine.lab.design.history.undo(),
  redo: (engine) => engine.lab.design.history.redo(),
  addServerPair: (engine) => engine.lab.design.addPair(),
  removeServerPair: (engine, { host }) => engine.lab.design.removePair(host),
  setAlgorithm: (engine, order) => engine.lab.design.setAlgorithm(order),
  setServerWeight: (engine, order) => engine.lab.design.setWeight(order),
  setServerBackup: (engine, order) => engine.lab.design.setBackup(order),
  applyPreset: (engine, order) => engine.lab.design.applyPreset(order),
  resetDesign: (engine) => engine.lab.design.reset(),
}
