import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** As root Chromium's sandbox cannot work; only who launches the app may say so. */
export const SANDBOX_ARGS = process.getuid?.() === 0 ? ['--no-sandbox'] : []

export interface CliAnswer {
  readonly exitCode: number
  readonly answer: unknown
}

/** The built app in a real window, with folders of its own: nothing of the person's own labs is touched. */
export class RunningApp {
  readonly app: ElectronApplication
  readonly window: Page
  readonly home: string

  private constructor(app: ElectronApplication, window: Page, home: string) {
    this.app = app
    this.window = window
    this.home = home
  }

  static async launch(home?: string): Promise<RunningApp> {
    const folder = home ?? (await mkdtemp(join(tmpdir(), 'hoplab-e2e-')))
    const app = await _electron.launch({ cwd: ROOT, args: appArguments(folder), env: environment(folder) })
    return new RunningApp(app, await app.firstWindow(), folder)
  }

  get pid(): number {
    const { pid } = this.app.process()
    if (pid === undefined) throw new Error('the app has no process')
    return pid
  }

  /** The process that the engine runs in. */
  async enginePid(): Promise<number> {
    const pid = await this.app.evaluate(
      ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Hoplab engine')?.pid,
    )
    if (pid === undefined) throw new Error('no engine process was found')
    return pid
  }

  /** The command line in the same folders, as another shell of the same person. */
  cli(...args: readonly string[]): Promise<CliAnswer> {
    return runCli(this.home, args)
  }

  /** Resolves with the exit code once the app has ended. */
  ended(): Promise<number | null> {
    const child = this.app.process()
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
    return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
  }

  /** Ends the app, if it still runs, and removes its folders. */
  async dispose(): Promise<void> {
    await this.app.close().catch(() => undefined)
    await rm(this.home, { recursive: true, force: true })
  }
}

/** Starts the app once more in the same folders, without Playwright; resolves with its exit code. */
export function startAgain(executable: string, home: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = execFile(executable, appArguments(home), { cwd: ROOT, env: environment(home) }, () => undefined)
    child.once('exit', resolve)
  })
}

export function runCli(home: string, args: readonly string[]): Promise<CliAnswer> {
  const file = join(ROOT, 'out/cli/main.mjs')
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args, '--json'], { env: environment(home) }, (_error, stdout) =>
      resolve({ exitCode: child.exitCode ?? -1, answer: stdout === '' ? null : JSON.parse(stdout) }),
    )
  })
}

/** Whether a process lives; a zombie that nobody waits for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function appArguments(home: string): string[] {
  return [...SANDBOX_ARGS, `--user-data-dir=${join(home, 'app')}`, '--lang=en', ROOT]
}

function environment(home: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_DATA_HOME: join(home, 'data'),
    LANG: 'en_US.UTF-8',
  }
}
