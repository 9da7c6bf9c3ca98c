import { spawn, type ChildProcess } from 'node:child_process'
import type { NicCommand, NicReport, NicReportType } from '../../protocols/nic/messages.ts'
import { readNicReport } from '../../protocols/nic/read-command.ts'

/** `Omit` of each member of a union. */
export type NicOrder = NicCommand extends infer Command
  ? Command extends NicCommand
    ? Omit<Command, 'id'>
    : never
  : never
export type ReportOf<Type extends NicReportType> = NicReport & { readonly type: Type }

/** A command that the NIC could not carry out, or that it did not live to answer. */
export class NicFailure extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'NicFailure'
  }
}

export interface NicProcessOptions {
  /** The project's Node, the program, and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly onReport: (report: NicReport) => void
  /** What it prints. */
  readonly onOutput: (text: string) => void
  readonly onExit: () => void
}

type Waiter = { readonly resolve: (report: NicReport) => void; readonly reject: (error: NicFailure) => void }

/** One NIC process and the questions to it that are open. */
export class NicProcess {
  readonly pid: number | null
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, Waiter>()
  private lastId = 0
  private ended = false

  constructor(options: NicProcessOptions) {
    const [file, ...args] = options.command
    this.child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...options.env },
      // The answers are plain JSON, whichever version of Node runs the engine.
      serialization: 'json',
      windowsHide: true,
    })
    this.pid = this.child.pid ?? null
    this.child.on('message', (message) => {
      const report = readNicReport(message)
      if (report !== null) this.take(report, options.onReport)
    })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => options.onOutput(text))
    const end = (): void => {
      if (this.ended) return
      this.ended = true
      for (const { reject } of this.waiting.values()) reject(new NicFailure('the process of the network cards ended'))
      this.waiting.clear()
      options.onExit()
    }
    this.child.once('exit', end)
    this.child.once('error', end)
  }

  /** Sends a command; resolves with its answer. Rejects with `NicFailure`. */
  ask(order: NicOrder & { readonly type: 'records' }): Promise<ReportOf<'records'>>
  ask(order: NicOrder & { readonly type: 'record' }): Promise<ReportOf<'record'>>
  ask(order: NicOrder): Promise<NicReport>
  ask(order: NicOrder): Promise<NicReport> {
    this.lastId += 1
    const id = this.lastId
    return new Promise((resolve, reject) => {
      if (this.ended || !this.child.connected) return reject(new NicFailure('the network cards do not run'))
      this.waiting.set(id, { resolve, reject })
      this.child.send({ ...order, id }, (error) => {
        if (error === null) return
        this.waiting.delete(id)
        reject(new NicFailure(error.message))
      })
    })
  }

  /** Resolves when the process is gone. */
  async stop(graceMs: number): Promise<void> {
    if (this.ended) return
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()))
    this.child.kill('SIGTERM')
    const insist = setTimeout(() => this.child.kill('SIGKILL'), graceMs)
    await gone
    clearTimeout(insist)
  }

  private take(report: NicReport, onReport: (report: NicReport) => void): void {
    if (!('id' in report)) return onReport(report)
    const waiter = this.waiting.get(report.id)
    this.waiting.delete(report.id)
    if (report.type === 'failed') waiter?.reject(new NicFailure(report.sentence))
    else waiter?.resolve(report)
  }
}
