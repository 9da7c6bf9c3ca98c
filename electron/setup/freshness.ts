import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** Tells whether what was built still belongs to the sources: by their content, since git and copies change times. */

interface BuiltPart {
  readonly fingerprint: string
  /** What was built, relative to the project: a file that is gone makes the part stale. */
  readonly files: readonly string[]
}

type Stamp = Readonly<Record<string, BuiltPart>>

/** A hash of the names and contents of files; a source may be a file or a folder, and one that is absent counts too. */
export function fingerprint(root: string, sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const path of filesOf(join(root, source))) {
      const content = readFileSync(path)
      hash.update(`${relative(root, path).split(sep).join('/')}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

/** All files below a folder, sorted; the path itself when it is a file; none when it does not exist. */
export function filesOf(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  if (stats.isFile()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

export function isFresh(root: string, stampFile: string, part: string, current: string): boolean {
  const built = readStamp(stampFile)[part]
  return built?.fingerprint === current && built.files.every((file) => existsSync(join(root, file)))
}

/** Notes that a part was built from sources with this fingerprint (taken before the build, so that no change is lost). */
export function markBuilt(stampFile: string, part: string, built: BuiltPart): void {
  const stamp: Stamp = { ...readStamp(stampFile), [part]: built }
  mkdirSync(dirname(stampFile), { recursive: true })
  const temporary = `${stampFile}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(stamp, null, 2))
  renameSync(temporary, stampFile)
}

function readStamp(stampFile: string): Stamp {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8')) as Stamp
  } catch {
    return {}
  }
}
