import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { GeneratorCommand, GeneratorReport } from '../../protocols/traffic/batch.ts'
import type { Platform } from '../platform/platform.ts'
import type { ProcessKeeper } from '../supervisor/process-keeper.ts'

export interface GeneratorSurroundings {
  readonly nodePath: string
  readonly programsDir: string
  readonly platform: Platform
  readonly keeper: ProcessKeeper
}

/** Enough of the end of what it said to find the last line in. */
const TAIL_CHARS = 2000

/** A load generator that runs as a process of its own. */
export class GeneratorProcess {
  readonly pid: number | null
  /** Resolves with the last line it said on its standard error, when the process is gone. */
  readonly gone: Promise<string>
  private readonly child: ChildProcess
  private readonly around: GeneratorSurroundings

  /** Starts it. `onReport` is called for each report, in order; none comes after `gone`. */
  constructor(args: readonly string[], around: GeneratorSurroundings, onReport: (report: GeneratorReport) => void) {
    this.around = around
    // A group of its own, as all processes of the lab: Ctrl-C in the engine's terminal is the engine's business.
    const child = fork(join(around.programsDir, 'traffic.mjs'), args, {
      execPath: around.nodePath,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, HOPLAB_SUPERVISED: '1' },
      detached: true,
    })
    this.child = child
    this.pid = child.pid ?? null
    let tail = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-TAIL_CHARS)))
    // This very program is on the other side: what it sends is a report.
    child.on('message', (report) => onReport(report as GeneratorReport))
    this.gone = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => {
        resolve(tail.trim().split('\n').at(-1) || `it ended with ${signal ?? `exit code ${code ?? '-'}`}`)
      })
    }).finally(() => (this.pid === null ? undefined : around.keeper.remove(this.pid)))
  }

  /** Resolves when it is sure that the process cannot outlive the engine; only then may it be reported. */
  async keep(): Promise<void> {
    if (this.pid !== null && !this.isGone) await this.around.keeper.add(this.pid, 'traffic')
    // It ended meanwhile, and was removed before it was added.
    if (this.pid !== null && this.isGone) await this.around.keeper.remove(this.pid)
  }

  /** Asks it to send nothing more; it ends when the last outcome is told. */
  stop(): void {
    const command: GeneratorCommand = { type: 'stop' }
    // Without a channel it is ending already.
    if (this.child.connected) this.child.send(command, () => undefined)
  }

  /** Ends it at once. */
  kill(): void {
    if (this.pid !== null && !this.isGone) this.around.platform.killTree(this.pid)
  }

  private get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }
}
