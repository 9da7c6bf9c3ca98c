import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, type FaultKind } from '../../contract/index.ts'
import {
  FAULTS_VARIABLE,
  NO_PROGRAM_FAULTS,
  writeProgramFaults,
  type ProgramFaults,
  type ProgramFigures,
} from '../../protocols/faults/program-faults.ts'
import type { ProgramCommand } from '../supervisor/pty-process.ts'
import type { Service } from '../supervisor/service.ts'

/** How long a running program may take to say that it follows a change; machines may be very busy. */
const FOLLOW_LIMIT_MS = 10_000

interface Desk {
  faults: ProgramFaults
  memoryMib: number | null
  figures: ProgramFigures | null
  readonly waiting: Set<(figures: ProgramFigures) => void>
}

/**
 * Tells the programs of a lab what to do wrong: by a file for each service that its program follows, also after a
 * restart, and by options of the start where only those will do.
 */
export class ProgramDesk {
  private readonly folder: string
  private readonly desks = new Map<string, Desk>()

  constructor(workspaceRoot: string) {
    this.folder = join(workspaceRoot, '.hoplab', 'faults')
  }

  /** What an earlier lab left is over. */
  async clean(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    await mkdir(this.folder, { recursive: true })
  }

  /** The command of a lab's own program, with the file that it follows and its memory limit. */
  equip(service: string, command: ProgramCommand): ProgramCommand {
    const { memoryMib } = this.desk(service)
    const limit = memoryMib === null ? [] : [`--max-old-space-size=${memoryMib}`, '--max-semi-space-size=1']
    return {
      ...command,
      args: [...limit, ...command.args],
      env: { ...command.env, [FAULTS_VARIABLE]: this.file(service) },
    }
  }

  limitMemory(service: string, mib: number | null): void {
    this.desk(service).memoryMib = mib
  }

  hear(service: string, figures: ProgramFigures): void {
    const desk = this.desk(service)
    desk.figures = figures
    for (const wake of desk.waiting) wake(figures)
  }

  /** What the program told since the latest change; null when nothing. */
  figuresOf(service: string): ProgramFigures | null {
    const { figures, faults } = this.desk(service)
    return figures !== null && figures.revision >= faults.revision ? figures : null
  }

  /**
   * Changes what a program does wrong; resolves when it follows, or, when it does not run or is frozen, at once: it
   * will when it goes on. Throws `FAULT_FAILED`, with the file as before.
   */
  async change(service: Service, kind: FaultKind, patch: Partial<Omit<ProgramFaults, 'revision'>>): Promise<void> {
    const desk = this.desk(service.id)
    const before = desk.faults
    const faults = { ...before, ...patch, revision: before.revision + 1 }
    desk.faults = faults
    await this.write(service.id, faults)
    if (service.state.state !== 'ready') return
    if (await this.followed(desk, service, faults.revision)) return
    desk.faults = { ...before, revision: faults.revision + 1 }
    await this.write(service.id, desk.faults)
    throw new LabError('FAULT_FAILED', {
      fault: kind,
      place: service.id,
      detail: 'its program did not follow in time.',
    })
  }

  private async followed(desk: Desk, service: Service, revision: number): Promise<boolean> {
    const follows = (figures: ProgramFigures | null): boolean => (figures?.revision ?? 0) >= revision
    if (follows(desk.figures)) return true
    return new Promise((resolve) => {
      const end = (result: boolean): void => {
        clearTimeout(limit)
        clearInterval(look)
        desk.waiting.delete(hear)
        resolve(result)
      }
      const hear = (figures: ProgramFigures): void => {
        if (follows(figures)) end(true)
      }
      const limit = setTimeout(() => end(false), FOLLOW_LIMIT_MS)
      // A program that ends meanwhile, or is frozen, reads the file when it goes on.
      const look = setInterval(() => {
        if (service.state.state !== 'ready') end(true)
      }, 100)
      desk.waiting.add(hear)
    })
  }

  private async write(service: string, faults: ProgramFaults): Promise<void> {
    const file = this.file(service)
    await mkdir(this.folder, { recursive: true })
    await writeFile(`${file}.new`, writeProgramFaults(faults))
    await rename(`${file}.new`, file)
  }

  private file(service: string): string {
    return join(this.folder, `${service}.json`)
  }

  private desk(service: string): Desk {
    const known = this.desks.get(service)
    if (known !== undefined) return known
    const desk: Desk = { faults: NO_PROGRAM_FAULTS, memoryMib: null, figures: null, waiting: new Set() }
    this.desks.set(service, desk)
    return desk
  }
}
