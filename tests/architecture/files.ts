import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from '../../electron/setup/project.mjs'

/** The project's own files: without what npm, the build and the tests put there (.gitignore names the same). */

const NOT_OURS = new Set(['.git', 'node_modules', 'out', 'dist', '.results', '.cache'])

/** Paths relative to the project, with slashes; `below` narrows to a folder. */
export function projectFiles(below = ''): string[] {
  return list(join(ROOT, below)).map((path) => relative(ROOT, path).replaceAll('\\', '/'))
}

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return list(path)
      return entry.isFile() ? [path] : []
    })
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The lines of text files that match, as `file:line: text`. */
export function findLines(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readProjectFile(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
  )
}

/** Files that people write; pictures, fonts and the like are left out. */
export function isText(file: string): boolean {
  return (
    /\.(ts|mts|mjs|cjs|js|vue|css|html|json|ya?ml|md|txt|cfg|zone|sh|svg|d\.ts)$/.test(file) || !/\.\w+$/.test(file)
  )
}
