import { execa } from 'execa'
import { join } from 'node:path'
import { programEnvironment } from '../roles/driver.ts'

export interface OneRun {
  readonly nodePath: string
  readonly programsDir: string
  /** One of the lab's own programs: `database`. */
  readonly program: string
  readonly args: readonly string[]
  readonly limitMs: number
}

export interface OneEnding {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  /** It was ended because its time was over. */
  readonly timedOut: boolean
  /** What it said on its standard error, or else on its standard output. */
  readonly said: string
}

/** Runs a program that does one thing and ends. Never rejects: how it ended is the answer. */
export async function runOnce({ nodePath, programsDir, program, args, limitMs }: OneRun): Promise<OneEnding> {
  const result = await execa(nodePath, [join(programsDir, `${program}.mjs`), ...args], {
    env: { ...programEnvironment(), NO_COLOR: '1' },
    extendEnv: false,
    reject: false,
    timeout: limitMs,
    stdin: 'ignore',
  })
  const { exitCode = null, signal = null, timedOut } = result
  return { exitCode, signal, timedOut, said: result.stderr || result.stdout }
}
