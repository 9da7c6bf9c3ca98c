import { accessSync, constants, statSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { spawn, type IPty } from 'node-pty'
import { LabError } from '../../contract/index.ts'

export interface ProgramCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export interface PtyExit {
  readonly code: number | null
  /** Name of the signal that ended it, `SIGKILL`. */
  readonly signal: string | null
}

export interface PtyProcess {
  readonly pid: number
  write(data: string): void
  resize(cols: number, rows: number): void
  /** Stops reading, so that the process waits when it writes on. */
  pause(): void
  resume(): void
}

/** Wide enough for the programs' log lines; the window resizes it. */
const COLS = 120
const ROWS = 30

const SIGNAL_NAMES = new Map(Object.entries(osConstants.signals).map(([name, number]) => [number, name]))

/** Starts a program in a pseudo-terminal. Throws `LabError` when it cannot be started at all. */
export function startInPty(
  service: string,
  command: ProgramCommand,
  onData: (data: string) => void,
  onExit: (exit: PtyExit) => void,
): PtyProcess {
  checkStartable(service, command)
  const pty: IPty = spawn(command.file, [...command.args], {
    name: 'xterm-256color',
    cols: COLS,
    rows: ROWS,
    cwd: command.cwd,
    env: { ...command.env },
  })
  pty.onData(onData)
  pty.onExit(({ exitCode, signal }) => {
    const killed = signal !== undefined && signal !== 0
    onExit({ code: killed ? null : exitCode, signal: killed ? (SIGNAL_NAMES.get(signal) ?? `signal ${signal}`) : null })
  })
  return pty
}

/** node-pty reports every mistake as "posix_spawnp failed", so the likely ones are looked for first. */
function checkStartable(service: string, command: ProgramCommand): void {
  if (!statSync(command.cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new LabError('SERVICE_START_FAILED', {
      service,
      detail: `its folder ${command.cwd} is gone. Start the lab anew.`,
    })
  try {
    accessSync(command.file, constants.X_OK)
  } catch {
    throw new LabError('SERVICE_START_FAILED', {
      service,
      detail: `the program ${command.file} is missing or may not be run. Run "npm run setup".`,
    })
  }
}
