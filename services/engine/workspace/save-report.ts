import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, type ReportFormat, type WrittenFile } from '../../contract/index.ts'
import { fileStamp } from './file-stamp.ts'

/** Writes a report into `reports`; its file name is made here, so that no client names a path. Throws `EXPORT_FAILED`. */
export async function saveReport(
  workspace: string,
  name: string,
  text: string,
  format: ReportFormat = 'html',
): Promise<WrittenFile> {
  const folder = join(workspace, 'reports')
  const path = join(folder, `${name}-${fileStamp(new Date())}.${format}`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
  }
  return { path, bytes: Buffer.byteLength(text) }
}
