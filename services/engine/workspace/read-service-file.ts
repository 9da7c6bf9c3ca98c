import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, type FileText, type ServiceState } from '../../contract/index.ts'

/** More than this is no file that a person reads in a panel. */
const LARGEST_SHOWN_BYTES = 256 * 1024
const MOST_LISTED_FILES = 500
/** Where a NUL shows up, if the file is no text. */
const LOOKED_AT_BYTES = 1024

/** A file that a service reads or writes, by its key; of a folder the list of its files. Throws `FILE_...`. */
export async function readServiceFile(service: ServiceState, key: string): Promise<FileText> {
  const found = service.files.find((candidate) => candidate.key === key)
  if (!found) throw new LabError('FILE_UNKNOWN', { service: service.id, file: key })
  try {
    const { path } = found
    return (await stat(path)).isDirectory() ? await listFolder(path) : await readText(path, key === 'log')
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new LabError('FILE_UNREADABLE', { path: found.path, detail })
  }
}

/** The end of a log is what one looks for; of other files it is the beginning. */
async function readText(path: string, fromEnd: boolean): Promise<FileText> {
  const bytes = await readFile(path)
  if (bytes.subarray(0, LOOKED_AT_BYTES).includes(0)) throw new Error('it is no text file')
  const shown = fromEnd ? bytes.subarray(-LARGEST_SHOWN_BYTES) : bytes.subarray(0, LARGEST_SHOWN_BYTES)
  return { path, text: shown.toString('utf8'), truncated: shown.length < bytes.length }
}

async function listFolder(path: string): Promise<FileText> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const names = files.map((file) => file.slice(path.length + 1)).sort()
  return { path, text: names.slice(0, MOST_LISTED_FILES).join('\n'), truncated: names.length > MOST_LISTED_FILES }
}
