import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of all files in a folder; files that come and go meanwhile are left out. Links are not followed. */
export function folderBytes(folder: string): number {
  let bytes = 0
  for (const name of list(folder)) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false })
    if (stats?.isFile()) bytes += stats.size
  }
  return bytes
}

export function folderMegabytes(folder: string): number {
  return Math.round(folderBytes(folder) / 1e6)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
