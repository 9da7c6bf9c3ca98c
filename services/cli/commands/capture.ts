import { copyFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError } from '../../contract/index.ts'
import { fromWhereOneStands, withLab, type CommandContext, type LabChoice } from '../context.ts'
import { count } from '../words.ts'

/** Saves what is recorded as a pcapng file where the person wants it. Throws `EXPORT_FAILED`. */
export async function capture(context: CommandContext, file: string, choice: LabChoice): Promise<void> {
  const path = fromWhereOneStands(file)
  // Known before the lab writes anything.
  await checkTarget(path)
  const written = await withLab(context, choice, async (lab) => {
    const made = await lab.run('exportCapture', {})
    await copyFile(made.path, path).catch((error: Error) => {
      throw new LabError('EXPORT_FAILED', { path, detail: error.message })
    })
    return made
  })
  const { packets, bytes, path: workspaceFile } = written
  context.out.result({ file: path, packets, bytes, workspaceFile }, () =>
    [`${path}: ${count(packets, 'packet')}, ${bytes} bytes.`, 'Open it in Wireshark, or: tshark -r FILE'].join('\n'),
  )
}

async function checkTarget(path: string): Promise<void> {
  const fail = (detail: string): never => {
    throw new LabError('EXPORT_FAILED', { path, detail })
  }
  const target = await stat(path).catch(() => null)
  if (target?.isDirectory()) fail('it is a folder; name a file in it')
  if (target !== null && !target.isFile()) fail('it is no ordinary file')
  const folder = await stat(dirname(path)).catch(() => null)
  if (!folder?.isDirectory()) fail('its folder does not exist')
}
