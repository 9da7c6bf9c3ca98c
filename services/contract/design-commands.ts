import { z } from 'zod'
import { BALANCE_ALGORITHMS, NAME_PATTERN } from './names.ts'
import { BALANCE_PRESETS, MAX_SERVER_WEIGHT } from './design.ts'

const name = z.string().regex(NAME_PATTERN)
const server = { balancer: name.optional(), server: name } as const

/** The commands of the design; part of `COMMAND_INPUTS`. Apart from the types, so that who only folds needs no schemas. */
export const DESIGN_INPUTS = {
  undo: z.strictObject({}),
  redo: z.strictObject({}),
  addServerPair: z.strictObject({}),
  removeServerPair: z.strictObject({ host: name }),
  /** A balancer need not be named where there is only one. */
  setAlgorithm: z.strictObject({ balancer: name.optional(), algorithm: z.enum(BALANCE_ALGORITHMS) }),
  setServerWeight: z.strictObject({ ...server, weight: z.int().min(0).max(MAX_SERVER_WEIGHT) }),
  setServerBackup: z.strictObject({ ...server, backup: z.boolean() }),
  /** `active`: the server that works in `activePassive`; by default the first. */
  applyPreset: z.strictObject({ balancer: name.optional(), preset: z.enum(BALANCE_PRESETS), active: name.optional() }),
  resetDesign: z.strictObject({}),
} as const
