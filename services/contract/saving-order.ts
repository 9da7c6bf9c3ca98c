import { z } from 'zod'
import { NAME_PATTERN } from './names.ts'
import { LAB_FILE_LIMITS } from './saving.ts'

const name = z.string().regex(NAME_PATTERN)

/** The commands of snapshots and lab files; part of `COMMAND_INPUTS`. */
export const SAVING_INPUTS = {
  /** Without a name one is made of the time. */
  takeSnapshot: z.strictObject({ name: name.optional() }),
  restoreSnapshot: z.strictObject({ name }),
  deleteSnapshot: z.strictObject({ name }),
  packLab: z.strictObject({}),
  /** Starts the lab of a file in a workspace of its own. `name`: what the file is called, to name the workspace after. */
  openLabFile: z.strictObject({
    name: z.string().min(1).max(255),
    base64: z.base64().max(Math.ceil((LAB_FILE_LIMITS.bytes * 4) / 3) + 4),
  }),
} as const
