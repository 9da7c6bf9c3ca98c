import type { SAVING_INPUTS } from '../../contract/index.ts'
import type { HandlersOf } from '../handlers.ts'

/** The commands of snapshots and lab files. */
export const SAVING_HANDLERS: HandlersOf<typeof SAVING_INPUTS> = {
  takeSnapshot: (engine, { name }) => engine.lab.saving.take(name),
  restoreSnapshot: (engine, { name }) => engine.lab.saving.restore(name),
  deleteSnapshot: (engine, { name }) => engine.lab.saving.delete(name),
  packLab: (engine) => engine.lab.saving.pack(),
  openLabFile: (engine, { name, base64 }) =>
    engine.startLab({ labFile: { name, bytes: Buffer.from(base64, 'base64') } }),
}
