import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { LabError, LARGEST_RELEASE_TEXT_CHARS, MOST_RELEASE_FILES, type ReleaseFile } from '../../contract/index.ts'

/** Files of one release, never anything outside its folder. */

/** Where a NUL shows up, if the file is no text. */
const LOOKED_AT_BYTES = 1024

/** Plain files below a folder, by path; links are left out. */
export async function listFiles(folder: string): Promise<readonly ReleaseFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
  return Promise.all(
    paths.slice(0, MOST_RELEASE_FILES).map(async (path) => {
      const bytes = (await stat(join(folder, path))).size
      return { path, bytes, text: (await readText(folder, path)).text !== null }
    }),
  )
}

/** The text of a file, null when it is none or too large; `same` is equal for equal contents. */
export async function readText(
  folder: string,
  path: string,
): Promise<{ readonly text: string | null; readonly same: string }> {
  const bytes = await readFile(join(folder, path))
  const same = createHash('sha256').update(bytes).digest('hex')
  const binary = bytes.length > LARGEST_RELEASE_TEXT_CHARS || bytes.subarray(0, LOOKED_AT_BYTES).includes(0)
  return { text: binary ? null : bytes.toString('utf8'), same }
}

/** Throws `RELEASE_FILE_INVALID`. */
export async function readFileText(folder: string, path: string, release: string): Promise<string> {
  const full = await insideOf(folder, path, release)
  const isFile = await stat(full).then(
    (stats) => stats.isFile(),
    () => false,
  )
  if (!isFile) throw new LabError('RELEASE_FILE_INVALID', { file: path, release, detail: 'there is no such file.' })
  const { text } = await readText(folder, path)
  if (text === null)
    throw new LabError('RELEASE_FILE_INVALID', { file: path, release, detail: 'it is no text, or too large to edit.' })
  return text
}

/** Writes beside it and renames. Throws `RELEASE_FILE_INVALID` for a place outside the release. */
export async function replaceFile(folder: string, path: string, text: string, release: string): Promise<void> {
  const full = await insideOf(folder, path, release)
  await mkdir(dirname(full), { recursive: true })
  const temporary = `${full}.partial`
  await writeFile(temporary, text)
  await rename(temporary, full)
}

/** The path of a file of the release. Links on the way that lead out of it are refused; `..` was refused by the schema. */
async function insideOf(folder: string, path: string, release: string): Promise<string> {
  const root = await realpath(folder)
  const full = join(root, path)
  const outside = (): never => {
    throw new LabError('RELEASE_FILE_INVALID', { file: path, release, detail: 'it lies outside the release.' })
  }
  if (!full.startsWith(root + sep)) outside()
  // The nearest part of the path that is there already says where the rest would go.
  for (let part = full; part !== root; part = dirname(part)) {
    const real = await realpath(part).catch(() => null)
    if (real === null) continue
    if (!real.startsWith(root + sep)) outside()
    break
  }
  return full
}
