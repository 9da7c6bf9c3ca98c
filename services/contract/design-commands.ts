import { z } from 'zod'

/** The commands of the design; part of `COMMAND_INPUTS`. Apart from the types, so that who only folds needs no schemas. */
export const DESIGN_INPUTS = {
  undo: z.strictObject({}),
  redo: z.strictObject({}),
} as const
