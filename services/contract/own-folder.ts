import { LARGEST_RELEASE_BYTES, MOST_RELEASE_FILES, RELEASE_FILE_PATTERN } from './deployment-commands.ts'

/** A person's own folder that becomes a release: which of its files are taken, and what makes it unusable. */

/** What every release begins with. */
export const FIRST_RELEASE_FILE = 'app/index.js'

/** Belong to tools, not to the application. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules'])

/** A file of the folder: its path in it, with `/`, and its length. */
export interface FolderFile {
  readonly path: string
  readonly bytes: number
}

/** What is wrong with a folder. `unusual-name`: a path that no release may have; `many` and `large` say how much there is. */
export type FolderFault =
  | { readonly kind: 'no-first-file'; readonly file: string }
  | { readonly kind: 'unusual-name'; readonly file: string }
  | { readonly kind: 'many'; readonly count: number; readonly most: number }
  | { readonly kind: 'large'; readonly bytes: number; readonly most: number }

/** Whether a file belongs to the application, by its path in the folder. */
export function isTaken(path: string): boolean {
  return !path.split('/').some((part) => LEFT_OUT.has(part))
}

/** The first thing that keeps these files (those that are taken) from becoming a release; null when nothing does. */
export function findFolderFault(files: readonly FolderFile[]): FolderFault | null {
  if (files.length > MOST_RELEASE_FILES) return { kind: 'many', count: files.length, most: MOST_RELEASE_FILES }
  if (!files.some(({ path }) => path === FIRST_RELEASE_FILE)) return { kind: 'no-first-file', file: FIRST_RELEASE_FILE }
  const unusual = files.find(({ path }) => !RELEASE_FILE_PATTERN.test(path))
  if (unusual) return { kind: 'unusual-name', file: unusual.path }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return bytes > LARGEST_RELEASE_BYTES ? { kind: 'large', bytes, most: LARGEST_RELEASE_BYTES } : null
}
