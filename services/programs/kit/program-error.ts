/** Exit codes by sysexits(3), so that a supervisor can tell a mistake of the person from a crash. */
export const EXIT = { usage: 64, unavailable: 69, software: 70, config: 78 } as const

/** A failure with a sentence for the person; the program prints it and ends with `exitCode`. */
export class ProgramError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number = EXIT.config) {
    super(message)
    this.name = 'ProgramError'
    this.exitCode = exitCode
  }
}
