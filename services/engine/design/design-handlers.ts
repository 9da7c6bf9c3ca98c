import type { CommandInput, CommandName, CommandOutput, DESIGN_INPUTS } from '../../contract/index.ts'
import type { Engine } from '../create-engine.ts'

type DesignCommand = keyof typeof DESIGN_INPUTS & CommandName
type Handlers = {
  readonly [Name in DesignCommand]: (
    engine: Engine,
    input: CommandInput<Name>,
  ) => CommandOutput<Name> | Promise<CommandOutput<Name>>
}

/** The commands of the design. */
export const DESIGN_HANDLERS: Handlers = {
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
