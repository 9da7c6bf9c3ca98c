import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandName, CommandOutput, DESIGN_INPUTS } from '../../../../services/contract/index.ts'

type DesignCommand = keyof typeof DESIGN_INPUTS & CommandName
type Handlers = { readonly [Name in DesignCommand]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>> }

const nothing = (): Promise<never> => Promise.reject(new LabError('DESIGN_NOTHING'))

/** The played lab keeps the design that it came with. */
export function designHandlers(): Handlers {
  return {
    undo: () => Promise.reject(new LabError('UNDO_NONE')),
    redo: () => Promise.reject(new LabError('REDO_NONE')),
    addServerPair: () => Promise.reject(new LabError('PAIR_NO_MODEL')),
    removeServerPair: ({ host }) => Promise.reject(new LabError('PAIR_UNKNOWN', { host, known: '-' })),
    setAlgorithm: nothing,
    setServerWeight: nothing,
    setServerBackup: nothing,
    applyPreset: nothing,
    resetDesign: nothing,
  }
}
