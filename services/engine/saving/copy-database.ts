import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LabError } from '../../contract/index.ts'
import { runOnce } from '../supervisor/run-once.ts'

const LIMIT_MS = 60_000

export interface DatabaseCopy {
  readonly nodePath: string
  readonly programsDir: string
  readonly file: string
  readonly copy: string
}

/** A whole copy of an SQLite file that others may be writing to, by the database program. Throws `SNAPSHOT_FAILED`. */
export async function copyDatabase({ nodePath, programsDir, file, copy }: DatabaseCopy): Promise<void> {
  await mkdir(dirname(copy), { recursive: true })
  const args = ['--file', file, '--copy-to', copy]
  const { exitCode, said } = await runOnce({ nodePath, programsDir, program: 'database', args, limitMs: LIMIT_MS })
  if (exitCode === 0) return
  const line = said.trim().split('\n').at(-1) ?? ''
  throw new LabError('SNAPSHOT_FAILED', { detail: line.replace(/^database: /, '') || `exit code ${exitCode}` })
}
