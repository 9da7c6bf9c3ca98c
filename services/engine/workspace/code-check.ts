import { execa } from 'execa'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { programEnvironment } from '../roles/driver.ts'

const CHECK_LIMIT_MS = 20_000

export interface CodeCheck {
  readonly nodePath: string
  readonly programsDir: string
  readonly codebase: string
  readonly release: string
}

/**
 * Loads a release without serving it, in a process of its own, before anything that runs is stopped for it.
 * Resolves with null, or with the sentence (file and line) that says why it does not load.
 */
export async function findReleaseFault(check: CodeCheck): Promise<string | null> {
  const args = ['--codebase', check.codebase, '--release', check.release, '--check']
  const result = await execa(check.nodePath, [join(check.programsDir, 'app-server.mjs'), ...args], {
    env: { ...programEnvironment(), NO_COLOR: '1' },
    extendEnv: false,
    reject: false,
    timeout: CHECK_LIMIT_MS,
    stdin: 'ignore',
  })
  if (result.exitCode === 0) return null
  if (result.timedOut) return `it did not finish loading within ${CHECK_LIMIT_MS / 1000} s`
  const lines = stripVTControlCharacters(result.stderr || result.stdout).split('\n')
  return (
    lines.find((line) => line.trim() !== '') ?? `it ended with ${result.signal ?? `exit code ${result.exitCode}`}`
  ).replace(/^app-server: /, '')
}
