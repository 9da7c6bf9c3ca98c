import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writes beside it and renames, so that a reader, or a crash, never meets half a file. Makes the folder. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const name = createHash('sha256').update(path).digest('hex').slice(0, 8)
  const temporary = join(dirname(path), `.${process.pid}-${name}.tmp`)
  await writeFile(temporary, text)
  await rename(temporary, path)
}
