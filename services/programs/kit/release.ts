import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EXIT, ProgramError } from './program.ts'

/** The live version of a codebase: `<codebase>/current` or `<codebase>/releases/<name>`. */

export interface Release {
  /** The name of its folder: `v1`. */
  readonly name: string
  /** The real folder, all links resolved. What `current` points to later changes nothing for a running program. */
  readonly dir: string
}

/** A name can never lead out of `releases/`. */
const RELEASE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Finds the release to serve. Throws `ProgramError` saying what is missing and what there is. */
export async function findRelease(codebase: string, name: string | null): Promise<Release> {
  if (name !== null && !RELEASE_NAME.test(name))
    throw new ProgramError(`--release wants the name of a folder of ${join(codebase, 'releases')}; it got "${name}".`)
  const wanted = name === null ? join(codebase, 'current') : join(codebase, 'releases', name)
  const dir = await realFolder(wanted)
  if (dir !== null) return { name: basename(dir), dir }
  const known = await releaseNames(codebase)
  const what = name === null ? `${wanted} leads to no release` : `there is no release "${name}" in ${codebase}`
  const hint = known.length > 0 ? `Known ones: ${known.join(', ')}.` : 'That folder holds no release at all.'
  throw new ProgramError(`${what}. ${hint}`, EXIT.config)
}

async function realFolder(path: string): Promise<string | null> {
  try {
    const dir = await realpath(path)
    return (await stat(dir)).isDirectory() ? dir : null
  } catch {
    return null
  }
}

async function releaseNames(codebase: string): Promise<string[]> {
  try {
    const entries = await readdir(join(codebase, 'releases'), { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch {
    return []
  }
}
