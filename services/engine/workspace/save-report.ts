import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, type WrittenFile } from '../../contract/index.ts'
import { fileStamp } from './file-stamp.ts'

/** Writes a self-contained HTML page into `reports`; its name is made here, so that no client names a path. Throws `EXPORT_FAILED`. */
export async function saveReport(workspace: string, name: string, html: string): Promise<WrittenFile> {
  const folder = join(workspace, 'reports')
  const path = join(folder, `${name}-${fileStamp(new Date())}.html`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(path, html)
  } catch (error) {
    throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
  }
  return { path, bytes: Buffer.byteLength(html) }
}
