import { CommanderError } from 'commander'
import { LabError, toFailure } from '../contract/index.ts'

/** Exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** What only the command line can fail with; everything else carries a code of the contract. */
export type CliErrorCode =
  'USAGE' | 'INTERRUPTED' | 'DEMO_FAILED' | 'FILTER_INVALID' | 'NOT_RECORDED' | 'TRACE_MISSING' | 'NO_TERMINAL'

const EXIT_CODES: Readonly<Record<CliErrorCode, number>> = {
  USAGE: EXIT.usage,
  INTERRUPTED: EXIT.interrupted,
  DEMO_FAILED: EXIT.failed,
  FILTER_INVALID: EXIT.usage,
  NOT_RECORDED: EXIT.failed,
  TRACE_MISSING: EXIT.failed,
  NO_TERMINAL: EXIT.usage,
}

/** What there is to say beyond the sentence: lines below it for a person, fields beside it for scripts. */
export interface FailureDetails {
  readonly text: string
  readonly data: object
}

export class CliError extends Error {
  readonly code: CliErrorCode
  readonly details: FailureDetails | null

  constructor(code: CliErrorCode, message: string, details: FailureDetails | null = null) {
    super(message)
    this.name = 'CliError'
    this.code = code
    this.details = details
  }
}

/** A failure as `--json` prints it, and the exit code that goes with it. */
export interface CliFailure {
  readonly code: string
  readonly message: string
  readonly exitCode: number
  readonly details: FailureDetails | null
}

/** Turns whatever was thrown into what a person or a script is told. */
export function describeFailure(error: unknown): CliFailure {
  if (error instanceof CliError) {
    const { code, message, details } = error
    return { code, message, exitCode: EXIT_CODES[code], details }
  }
  if (error instanceof CommanderError)
    return { code: 'USAGE', message: error.message.replace(/^error: /, ''), exitCode: EXIT.usage, details: null }
  const { code, message } = error instanceof LabError ? error : toFailure(error)
  return { code, message, exitCode: EXIT.failed, details: null }
}
