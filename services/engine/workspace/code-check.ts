import { stripVTControlCharacters } from 'node:util'
import { runOnce } from '../supervisor/run-once.ts'

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
  const { nodePath, programsDir } = check
  const result = await runOnce({ nodePath, programsDir, program: 'app-server', args, limitMs: CHECK_LIMIT_MS })
  if (result.exitCode === 0) return null
  if (result.timedOut) return `it did not finish loading within ${CHECK_LIMIT_MS / 1000} s`
  const lines = stripVTControlCharacters(result.said).split('\n')
  return (
    lines.find((line) => line.trim() !== '') ?? `it ended with ${result.signal ?? `exit code ${result.exitCode}`}`
  ).replace(/^app-server: /, '')
}
