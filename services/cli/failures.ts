import { CommanderError } from 'commander'
import { LabError, toFailure } from '../contract/index.ts'

/** Exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** What only the command line can fail with; everything else carries a code of the contract. */
export type CliErrorCode = 'USAGE' | 'INTERRUPTED' | 'DEMO_FAILED'

const EXIT_CODES: Readonly<Record<CliErrorCode, number>> = {
  USAGE: EXIT.usage,
  INTERRUPTED: EXIT.interrupted,
  DEMO_FAILED: EXIT.failed,
}

export class CliError extends Error {
  readonly code: CliErrorCode

  constructor(code: CliErrorCode, message: string) {
    super(message)
    this.name = 'CliError'
    this.code = code
  }
}

/** What went wrong has been printed as part of the answer; only the exit code is left to say. */
export class ReportedFailure extends Error {}

/** A failure as `--json` prints it, and the exit code that goes with it. */
export interface CliFailure {
  readonly code: string
  readonly message: string
  readonly exitCode: number
}

/** Turns whatever was thrown into what a person or a script is told. */
export function describeFailure(error: unknown): CliFailure {
  if (error instanceof CliError) return { code: error.code, message: error.message, exitCode: EXIT_CODES[error.code] }
  if (error instanceof CommanderError)
    return { code: 'USAGE', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage }
  const { code, message } = error instanceof LabError ? error : toFailure(error)
  return { code, message, exitCode: EXIT.failed }
}
