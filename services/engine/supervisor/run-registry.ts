import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Platform } from '../platform/platform.ts'

/** Who was started by whom, on disk, so that the next start can end what a crash left behind. */

const processEntry = z.object({ pid: z.int().positive(), startTime: z.string(), service: z.string() })
const runFile = z.object({
  engine: z.object({ pid: z.int().positive(), startTime: z.string() }),
  processes: z.array(processEntry),
})

export type RegisteredProcess = z.infer<typeof processEntry>
type RunFile = z.infer<typeof runFile>

export class RunRegistry {
  private readonly path: string
  private readonly run: RunFile
  /** The last write that was asked for. */
  private writing: Promise<void> = Promise.resolve()
  /** The write that has not begun yet. */
  private next: Promise<void> | null = null

  private constructor(path: string, run: RunFile) {
    this.path = path
    this.run = run
  }

  /** Opens the entry of an engine, by default of this process, in `<stateDir>/runs`. */
  static async open(stateDir: string, platform: Platform, owner?: RunFile['engine']): Promise<RunRegistry> {
    const folder = runsFolder(stateDir)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const engine = owner ?? { pid: process.pid, startTime: (await platform.startTime(process.pid)) ?? '' }
    const registry = new RunRegistry(join(folder, `${engine.pid}.json`), { engine, processes: [] })
    await registry.write()
    return registry
  }

  async add(entry: RegisteredProcess): Promise<void> {
    this.run.processes.push(entry)
    await this.write()
  }

  async remove(pid: number): Promise<void> {
    const index = this.run.processes.findIndex((entry) => entry.pid === pid)
    if (index < 0) return
    this.run.processes.splice(index, 1)
    await this.write()
  }

  async close(): Promise<void> {
    await this.writing
    await rm(this.path, { force: true })
  }

  /**
   * One write after the other, each by an atomic rename: a crash never leaves half a file. What is added while a write
   * is under way goes together into the next one, so that seven processes don't wait for seven writes.
   */
  private write(): Promise<void> {
    this.next ??= this.writing.then(async () => {
      this.next = null
      const temporary = `${this.path}.tmp`
      await writeFile(temporary, JSON.stringify(this.run), { mode: 0o600 })
      await rename(temporary, this.path)
    })
    this.writing = this.next
    return this.next
  }
}

/**
 * Ends what earlier engines left behind: entries whose engine is gone, processes that still live with the same start
 * time (so that a pid that was used again is left alone). Returns how many were ended.
 */
export async function sweepLeftovers(stateDir: string, platform: Platform): Promise<number> {
  const folder = runsFolder(stateDir)
  const names = await readdir(folder).catch(() => [])
  let swept = 0
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const path = join(folder, name)
    const run = await readRun(path)
    if (run !== null && (await platform.isAlive(run.engine.pid, run.engine.startTime))) continue
    for (const { pid, startTime } of run?.processes ?? []) {
      if (!(await platform.isAlive(pid, startTime))) continue
      platform.killTree(pid)
      swept += 1
    }
    await rm(path, { force: true })
  }
  return swept
}

function runsFolder(stateDir: string): string {
  return join(stateDir, 'runs')
}

/** Null for a file that is broken: there is nothing in it to go by. */
async function readRun(path: string): Promise<RunFile | null> {
  try {
    return runFile.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
