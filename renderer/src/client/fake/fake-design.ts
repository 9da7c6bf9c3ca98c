import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandName, CommandOutput, DESIGN_INPUTS } from '../../../../services/contract/index.ts'

type DesignCommand = keyof typeof DESIGN_INPUTS & CommandName
type Handlers = { readonly [Name in DesignCommand]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>> }

/** The played lab has the design that it came with. */
export function designHandlers(): Handlers {
  return {
    undo: async () => {
      throw new LabError('UNDO_NONE')
    },
    redo: async () => {
      throw new LabError('REDO_NONE')
    },
  }
}
