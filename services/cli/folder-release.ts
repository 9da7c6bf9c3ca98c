import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import {
  LabError,
  LARGEST_RELEASE_BYTES,
  MOST_RELEASE_FILES,
  NAME_PATTERN,
  type CommandInput,
} from '../contract/index.ts'

/** Belong to tools, not to the application. */
const LEFT_OUT = new Set(['.git', 'node_modules'])

type Import = CommandInput<'importRelease'>

/** Whether a release is named by a path: then it is a folder of the person's own. */
export function isFolder(release: string): boolean {
  return /[/\\]/.test(release) || release === '.' || release === '..'
}

/**
 * Reads a folder so that it can be sent to the lab, which takes contents and no paths. Throws `FOLDER_UNUSABLE` and
 * `RELEASE_TOO_LARGE`; links that lead out of the folder are refused.
 */
export async function readFolderRelease(path: string, taken: readonly string[]): Promise<Import> {
  // npm runs scripts in the project's folder and says in INIT_CWD where the person stands.
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), path)
  const unusable = (detail: string): LabError => new LabError('FOLDER_UNUSABLE', { folder, detail })
  const root = await realpath(folder).catch(() => {
    throw unusable('there is no such folder.')
  })
  const names = await listFiles(root).catch(() => {
    throw unusable('it could not be read.')
  })
  if (names.length > MOST_RELEASE_FILES)
    throw new LabError('RELEASE_TOO_LARGE', { detail: `${names.length} files; ${MOST_RELEASE_FILES} are allowed.` })
  if (!names.includes('app/index.js')) throw unusable('it has no file app/index.js, which every release begins with.')
  let bytes = 0
  const files: Import['files'] = []
  for (const name of names) {
    const real = await realpath(join(root, name))
    if (!real.startsWith(root + sep)) throw unusable(`${name} is a link that leads out of it.`)
    if (!(await stat(real)).isFile()) continue
    const content = await readFile(real)
    bytes += content.length
    if (bytes > LARGEST_RELEASE_BYTES)
      throw new LabError('RELEASE_TOO_LARGE', { detail: `more than ${LARGEST_RELEASE_BYTES} bytes.` })
    files.push({ path: name, base64: content.toString('base64') })
  }
  const wanted = basename(root).toLowerCase()
  return NAME_PATTERN.test(wanted) && !taken.includes(wanted) ? { name: wanted, files } : { files }
}

async function listFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((parts) => !parts.some((part) => LEFT_OUT.has(part)))
    .map((parts) => parts.join('/'))
    .sort()
}
