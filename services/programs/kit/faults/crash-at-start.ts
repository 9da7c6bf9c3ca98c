import { EXIT, ProgramError } from '../program-error.ts'

/** The program ends by itself before it listens. */
export function crashAtStart(): never {
  throw new ProgramError('crashed at its start: this fault was set on purpose', EXIT.software)
}
