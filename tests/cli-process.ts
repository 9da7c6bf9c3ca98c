import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'

/** The bundled command line. */
export const CLI_MAIN = fileURLToPath(new URL('../out/cli/main.mjs', import.meta.url))
const START_LIMIT_MS = 30_000

export interface CliRun {
  readonly child: ChildProcess
  stdout(): string
  readonly exit: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** The bundled command line as a person of their own has it: a home folder that nobody else uses. */
export class CliHome {
  readonly folder: string
  private readonly runs: CliRun[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<CliHome> {
    return new CliHome(await mkdtemp(join(tmpdir(), 'hoplab-cli-')))
  }

  get environment(): NodeJS.ProcessEnv {
    const { folder } = this
    const own = { HOME: folder, TMPDIR: folder, INIT_CWD: folder, XDG_STATE_HOME: '', XDG_DATA_HOME: '' }
    return { ...process.env, ...own }
  }

  /** Starts `lab ...` in the home folder. */
  start(...args: readonly string[]): CliRun {
    const child = spawn(process.execPath, [CLI_MAIN, ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const exit = new Promise<Awaited<CliRun['exit']>>((resolve) =>
      child.once('close', (code) => resolve({ code, stdout, stderr })),
    )
    const run = { child, stdout: () => stdout, exit }
    this.runs.push(run)
    return run
  }

  /** `lab up ...` or `lab open ...`, until the lab runs. */
  async startLab(...args: readonly string[]): Promise<CliRun> {
    const run = this.start(...args, '--json')
    await vi.waitFor(() => expect(run.stdout()).toContain('"services"'), { timeout: START_LIMIT_MS })
    return run
  }

  /** The answer of a command. */
  async json(...args: readonly string[]): Promise<unknown> {
    const { stdout } = await this.start(...args, '--json').exit
    return JSON.parse(stdout)
  }

  /** The labs end first, by themselves; then the folder goes. */
  async close(): Promise<void> {
    for (const { child } of this.runs) child.kill('SIGTERM')
    await Promise.all(this.runs.map((run) => run.exit))
    await rm(this.folder, { recursive: true, force: true })
  }
}
