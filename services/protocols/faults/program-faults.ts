/** What a program of the lab is told to do wrong: the lab writes it to a file, the program reads it. */

export type DnsFault =
  { readonly answer: 'wrong'; readonly address: string } | { readonly answer: 'servfail' } | { readonly answer: 'none' }

export interface ErrorRate {
  readonly failures: number
  readonly of: number
}

export interface ProgramFaults {
  /** Counts up with every change; the program says which one it follows. */
  readonly revision: number
  readonly crashAtStart: boolean
  /** Added to every request; 0 for none. */
  readonly slowMs: number
  readonly errors: ErrorRate | null
  readonly diskFull: boolean
  readonly dns: DnsFault | null
}

export const NO_PROGRAM_FAULTS: ProgramFaults = {
  revision: 0,
  crashAtStart: false,
  slowMs: 0,
  errors: null,
  diskFull: false,
  dns: null,
}

/** The environment variable that names the file. */
export const FAULTS_VARIABLE = 'HOPLAB_FAULTS'

export function writeProgramFaults(faults: ProgramFaults): string {
  return `${JSON.stringify(faults, null, 2)}\n`
}

/** Reads the file's text; null when it is not one of ours. */
export function readProgramFaults(text: string): ProgramFaults | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('revision' in value)) return null
    return { ...NO_PROGRAM_FAULTS, ...(value as Partial<ProgramFaults>) }
  } catch {
    return null
  }
}

/** Figures that a program tells of its faults, since the fault was set. */
export interface ProgramFigures {
  readonly revision: number
  /** Median of what the latest requests were held up; null before the first. */
  readonly delayMs: number | null
  readonly failed: number
  readonly passed: number
  readonly wrong: number
}

/** `faults=3;delay=70.2;failed=1;passed=2;wrong=0`, as it stands in a status report. */
export function writeFigures({ revision, delayMs, failed, passed, wrong }: ProgramFigures): string {
  return `faults=${revision};delay=${delayMs === null ? '-' : delayMs.toFixed(1)};failed=${failed};passed=${passed};wrong=${wrong}`
}

export function readFigures(text: string): ProgramFigures | null {
  const match = /^faults=(\d+);delay=(-|[\d.]+);failed=(\d+);passed=(\d+);wrong=(\d+)$/.exec(text)
  if (match === null) return null
  const [, revision, delay, failed, passed, wrong] = match
  return {
    revision: Number(revision),
    delayMs: delay === '-' ? null : Number(delay),
    failed: Number(failed),
    passed: Number(passed),
    wrong: Number(wrong),
  }
}
