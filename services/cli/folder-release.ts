import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import {
  findFolderFault,
  isTaken,
  LabError,
  NAME_PATTERN,
  type CommandInput,
  type FolderFault,
  type FolderFile,
} from '../contract/index.ts'

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
  const found: FolderFile[] = []
  for (const path of names) {
    const real = await realpath(join(root, path))
    if (!real.startsWith(root + sep)) throw unusable(`${path} is a link that leads out of it.`)
    const stats = await stat(real)
    if (stats.isFile()) found.push({ path, bytes: stats.size })
  }
  const fault = findFolderFault(found)
  if (fault !== null) throw faultError(fault, unusable)
  const files: Import['files'] = []
  for (const { path } of found) {
    files.push({ path, base64: (await readFile(join(root, path))).toString('base64') })
  }
  const wanted = basename(root).toLowerCase()
  return NAME_PATTERN.test(wanted) && !taken.includes(wanted) ? { name: wanted, files } : { files }
}

function faultError(fault: FolderFault, unusable: (detail: string) => LabError): LabError {
  switch (fault.kind) {
    case 'no-first-file':
      return unusable(`it has no file ${fault.file}, which every release begins with.`)
    case 'unusual-name':
      return unusable(`rename ${fault.file}: letters, digits, spaces and . _ - + @ are allowed.`)
    case 'many':
      return new LabError('RELEASE_TOO_LARGE', { detail: `${fault.count} files; ${fault.most} are allowed.` })
    case 'large':
      return new LabError('RELEASE_TOO_LARGE', { detail: `${fault.bytes} bytes; ${fault.most} are allowed.` })
  }
}

async function listFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isTaken)
    .sort()
}
