import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { LAB_FILE_ENDING, LabError, type SnapshotInfo } from '../../contract/index.ts'
import { fromWhereOneStands, withLab, type CommandContext, type LabChoice } from '../context.ts'
import { sizeWords, snapshotsText } from '../snapshot-words.ts'
import { up } from './up.ts'

/** Snapshots of a running lab, and labs as single files. */

/** Saves the running lab as one file; a name without an ending gets one. */
export async function save(context: CommandContext, name: string, choice: LabChoice): Promise<void> {
  const path = fromWhereOneStands(name.endsWith(LAB_FILE_ENDING) ? name : name + LAB_FILE_ENDING)
  const { bytes, base64 } = await withLab(context, choice, (lab) => lab.run('packLab', {}))
  await writeFile(path, Buffer.from(base64, 'base64')).catch((error: unknown) => {
    throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
  })
  context.out.result({ path, bytes }, () => `The lab was saved to ${path} (${sizeWords(bytes)}). Open it with "open".`)
}

/** Runs the lab of a file until Ctrl-C, in a workspace of its own. */
export async function open(context: CommandContext, name: string): Promise<void> {
  const path = fromWhereOneStands(name)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new LabError('FILE_UNREADABLE', { path, detail: error instanceof Error ? error.message : String(error) })
  })
  await up(context, basename(path), { labFile: { name: basename(path), bytes } })
}

export async function takeSnapshot(
  context: CommandContext,
  name: string | undefined,
  choice: LabChoice,
): Promise<void> {
  const taken = await withLab(context, choice, (lab) => lab.run('takeSnapshot', name === undefined ? {} : { name }))
  context.out.result(taken, () => `Snapshot ${taken.name} taken (${sizeWords(taken.bytes)}).`)
}

export async function listSnapshots(context: CommandContext, choice: LabChoice): Promise<void> {
  const snapshots = await withLab(context, choice, async (lab): Promise<readonly SnapshotInfo[]> => {
    return (await lab.subscribe()).state.snapshots
  })
  context.out.result({ snapshots }, () => snapshotsText(snapshots, context.out))
}

export async function restoreSnapshot(context: CommandContext, name: string, choice: LabChoice): Promise<void> {
  const done = await withLab(context, choice, (lab) => lab.run('restoreSnapshot', { name }))
  context.out.result(done, () => `The lab is back at ${name}. What was before is kept as ${done.before}.`)
}

export async function deleteSnapshot(context: CommandContext, name: string, choice: LabChoice): Promise<void> {
  await withLab(context, choice, (lab) => lab.run('deleteSnapshot', { name }))
  context.out.result({ deleted: name }, () => `Snapshot ${name} deleted.`)
}
