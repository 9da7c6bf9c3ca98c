import {
  LabError,
  toFailure,
  type BesideProcess,
  type NewLabEvent,
  type ServiceAction,
  type ServiceFile,
  type ServiceState,
} from '../../contract/index.ts'
import type { ProgramFigures } from '../../protocols/faults/program-faults.ts'
import type { CapacityReport } from '../../protocols/capacity/report.ts'
import type { Platform } from '../platform/platform.ts'
import { BesideSlot, type Generation } from './beside-slot.ts'
import { LogFile } from './log-file.ts'
import { notReady, READY_LIMIT_MS } from './not-ready.ts'
import { probeUntilReady, type Probe } from './probe.ts'
import { startInPty, type ProgramCommand, type PtyExit, type PtyProcess } from './pty-process.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { RestartPolicy } from './restart-policy.ts'
import { canChange, isAllowed } from './states.ts'
import { StatusReader, type RefusedCall, type StatusReport } from './status-reports.ts'
import { plainLines } from './plain-lines.ts'
import { TerminalBuffer } from './terminal-buffer.ts'

/** What a role knows of one of its services; asked anew at each start, because ports and releases change. */
export interface ServiceDriver {
  /** Writes what the program reads, and finds a port. Throws `LabError`. */
  prepare(): Promise<void>
  command(): ProgramCommand
  probe(): Probe
  /** Resolves when others can reach what the probe has found ready, or `signal` aborts. */
  reachable(signal: AbortSignal): Promise<void>
  files(): readonly ServiceFile[]
  /** Address, port and release that the process is about to serve. */
  facts(): Pick<ServiceState, 'port' | 'release'>
  /** Names of the faults that are set on the service now. */
  faults(): readonly string[]
}

export interface ServiceSurroundings {
  readonly emit: (event: NewLabEvent) => void
  /** The service's state as the event log has it. */
  readonly read: () => ServiceState
  readonly platform: Platform
  readonly keeper: ProcessKeeper
  readonly logPath: string
  /** How its workers do now. */
  readonly onCapacity?: (report: CapacityReport) => void
  /** A connection that its process wanted to open was refused. */
  readonly onRefused: (call: RefusedCall) => void
  /** Its process tells what its faults did. */
  readonly onFaults: (figures: ProgramFigures) => void
  /** What its second process is now; null when there is none. */
  readonly tellBeside: (beside: BesideProcess | null) => void
}

const STOP_GRACE_MS = 5_000
/** Last line of a process that failed; longer ones don't fit into a sentence. */
const LAST_LINE_CHARS = 400
/** Enough of the end of the output to find the last line in. */
const TAIL_CHARS = 4096

/** One process of the lab: started, watched, stopped. Its state lives in the event log; this changes it. */
export class Service {
  readonly id: string
  readonly terminal = new TerminalBuffer()
  requests = 0
  /** How the workers of its present process do; application servers only. */
  capacity: CapacityReport | null = null
  /** Its second process, during and after a deployment. */
  readonly beside: BesideSlot
  private readonly driver: ServiceDriver
  private readonly around: ServiceSurroundings
  private readonly log: LogFile
  private readonly policy = new RestartPolicy()
  private process: PtyProcess | null = null
  /** Ends the probing of the present start. */
  private probing: AbortController | null = null
  private commandUnderWay = false
  private killed = false
  private starting: Promise<unknown> = Promise.resolve()
  /** Whether the present process has answered its probe. */
  private answered = false
  private readonly exitWaiters = new Set<() => void>()
  private readonly disposal = new AbortController()

  constructor(id: string, driver: ServiceDriver, around: ServiceSurroundings) {
    this.id = id
    this.driver = driver
    this.around = around
    this.log = new LogFile(around.logPath)
    this.beside = new BesideSlot(this.slotOwner(id))
  }

  get state(): ServiceState {
    return this.around.read()
  }

  /** What a person asks for. Throws `LabError` when it is not possible now, or did not work. */
  async act(action: ServiceAction): Promise<void> {
    const { state } = this.state
    if (!isAllowed(action, state)) throw new LabError('SERVICE_ACTION_INVALID', { service: this.id, state, action })
    switch (action) {
      case 'start':
        return this.exclusively(() => this.start())
      case 'restart':
        return this.exclusively(async () => {
          await this.stop()
          await this.start()
        })
      case 'stop':
        return this.stop()
      case 'kill':
        return this.kill()
      case 'freeze':
      case 'resume':
        return this.freezeOrResume(action)
    }
  }

  /** A double click must not start twice: one starting command at a time. Stop and kill may interrupt it. */
  private async exclusively(work: () => Promise<void>): Promise<void> {
    if (this.commandUnderWay) throw new LabError('SERVICE_BUSY', { service: this.id, state: this.state.state })
    this.commandUnderWay = true
    try {
      await work()
    } finally {
      this.commandUnderWay = false
    }
  }

  /** A start that others may wait for. */
  private start(): Promise<void> {
    const start = this.startNow()
    this.starting = start.catch(() => undefined)
    return start
  }

  /** Resolves when it is ready. Rejects when it ended before, or did not become ready in time (it may still do). */
  private async startNow(): Promise<void> {
    // A deployment may want to start it while the lab ends.
    if (this.disposal.signal.aborted) throw new LabError('LAB_NOT_RUNNING')
    const probing = new AbortController()
    this.probing = probing
    this.killed = false
    this.answered = false
    this.change('starting', { exit: null, failure: null, pid: null, startedAtMs: null })
    try {
      await this.driver.prepare()
      if (!probing.signal.aborted) await this.spawn()
    } catch (error) {
      this.change('failed', { failure: toFailure(error) })
      throw error
    }
    if (probing.signal.aborted) return this.endUnstarted()
    await this.becomeReady(probing.signal)
  }

  /** It was stopped, or ended by itself, before it could be called running. Throws why it ended by itself. */
  private endUnstarted(): void {
    const { state, failure } = this.state
    if (failure !== null) throw new LabError(failure.code, failure.params)
    // Its exit is still to come, and will be told.
    if (this.process !== null) return
    if (state !== 'failed' && state !== 'stopped') this.change('stopped', {})
    this.wakeExitWaiters()
  }

  private async spawn(): Promise<void> {
    const reader = new StatusReader()
    const command = this.driver.command()
    const process = startInPty(
      this.id,
      command,
      (data) =>
        this.onOutput(
          process,
          reader.read(data, (report) => this.onReport(process, report)),
        ),
      (exit) => void this.onExit(process, exit),
    )
    this.process = process
    this.requests = 0
    this.capacity = null
    this.write(`\u001b[0;2m--- started, process ${process.pid} ---\u001b[0m\r\n`)
    await this.around.keeper.add(process.pid, this.id)
    // It may have ended, or been told to, while it was being registered.
    if (this.process !== process || this.state.state !== 'starting') return
    this.change('running', {
      pid: process.pid,
      startedAtMs: Date.now(),
      files: this.driver.files(),
      ...this.driver.facts(),
    })
  }

  private async becomeReady(signal: AbortSignal): Promise<void> {
    let slow = false
    const onReady = (): void => {
      this.answered = true
      if (this.state.state !== 'running') return
      this.change('ready', { failure: null })
      this.policy.noteReady()
    }
    await new Promise<void>((resolve, reject) => {
      const onSlow = (): void => {
        slow = true
        const slowFailure = notReady(this.id, this.driver.faults())
        this.around.emit({ type: 'serviceChanged', service: this.id, patch: { failure: toFailure(slowFailure) } })
        reject(slowFailure)
      }
      void probeUntilReady(this.driver.probe(), READY_LIMIT_MS, onSlow, signal).then(async (answered) => {
        const limit = setTimeout(onSlow, READY_LIMIT_MS)
        if (answered) await this.driver.reachable(signal)
        clearTimeout(limit)
        if (answered && !signal.aborted) onReady()
        resolve()
      })
    })
    const { state, failure } = this.state
    if (slow || state === 'ready' || state === 'frozen') return
    if (failure !== null) throw new LabError(failure.code, failure.params)
    throw new LabError('SERVICE_START_FAILED', { service: this.id, detail: 'it was stopped while it started.' })
  }

  /**
   * The process beside becomes the service's own, and its own one goes beside: `finishing` or `kept`. The service stays as
   * ready as it was; nothing is started or stopped by it. Throws when there is none that is ready.
   */
  exchange(state: 'ready' | 'finishing' | 'kept'): void {
    const { port, release, startedAtMs, state: now } = this.state
    if (now === 'failed' || now === 'stopped' || now === 'stopping')
      throw new LabError('SERVICE_ACTION_INVALID', { service: this.id, state: now, action: 'restart' })
    const own: Generation | null =
      this.process === null
        ? null
        : { process: this.process, startedAtMs: startedAtMs ?? Date.now(), facts: { port, release } }
    const next = this.beside.exchange(own, state)
    this.process = next.process
    this.requests = 0
    const patch = { pid: next.process.pid, startedAtMs: next.startedAtMs, memoryBytes: null, ...next.facts }
    this.around.emit({
      type: 'serviceChanged',
      service: this.id,
      patch: { ...patch, files: this.driver.files() },
    })
  }

  private slotOwner(id: string): ConstructorParameters<typeof BesideSlot>[0] {
    const { platform, keeper, read, tellBeside } = this.around
    return {
      id,
      get host() {
        return read().host
      },
      get address() {
        return read().address
      },
      platform,
      keeper,
      onOutput: (process, text) => this.onOutput(process, text),
      onRequests: (process, requests) => this.onRequests(process, requests),
      onCapacity: (process, report) => this.onCapacity(process, report),
      onExit: (process, exit) => void this.onExit(process, exit),
      mark: (text) => this.write(`\u001b[0;2m--- ${text} ---\u001b[0m\r\n`),
      lastLine: () => this.lastLine(),
      tell: tellBeside,
    }
  }

  /** Resolves when its start, if one is under way, has led to something: ready, failed, slow or stopped. */
  async settled(): Promise<void> {
    await this.starting
  }

  /** Asks it to end, insists after the grace time. Resolves when the process is gone. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    this.policy.cancel()
    this.probing?.abort()
    const { process } = this
    const { state } = this.state
    if (state === 'stopped' || state === 'failed') return
    if (state !== 'stopping') this.change('stopping', {})
    if (process === null) return this.waitForExit()
    // A frozen process cannot act on a signal before it goes on.
    if (state === 'frozen') this.around.platform.resume(process.pid)
    this.around.platform.terminate(process.pid)
    const insist = setTimeout(() => this.around.platform.killTree(process.pid), graceMs)
    await this.waitForExit()
    clearTimeout(insist)
  }

  private async kill(): Promise<void> {
    this.probing?.abort()
    if (this.process === null) return this.stop()
    this.killed = true
    this.around.platform.killTree(this.process.pid)
    await this.waitForExit()
  }

  private freezeOrResume(action: 'freeze' | 'resume'): void {
    const { platform } = this.around
    const { supported, reason } = platform.capabilities[action]
    if (!supported) throw new LabError('ACTION_UNSUPPORTED', { action, detail: reason ?? '' })
    if (this.process === null)
      throw new LabError('SERVICE_ACTION_INVALID', { service: this.id, state: this.state.state, action })
    if (action === 'freeze') {
      platform.freeze(this.process.pid)
      this.change('frozen', {})
      return
    }
    platform.resume(this.process.pid)
    this.change(this.answered ? 'ready' : 'running', {})
  }

  private onReport(process: PtyProcess, { requests, refused, faults, capacity }: StatusReport): void {
    if (faults !== null && this.process === process) this.around.onFaults(faults)
    if (refused !== null) this.around.onRefused(refused)
    if (requests !== null) this.onRequests(process, requests)
    if (capacity !== null) this.onCapacity(process, capacity)
  }

  private onRequests(process: PtyProcess, requests: number): void {
    if (this.process === process) this.requests = requests
  }

  private onCapacity(process: PtyProcess, report: CapacityReport): void {
    if (this.process !== process) return
    this.capacity = report
    this.around.onCapacity?.(report)
  }

  private onOutput(process: PtyProcess, text: string): void {
    if (text === '') return
    this.terminal.append(text)
    if (!this.log.write(text, () => process.resume())) process.pause()
  }

  private async onExit(process: PtyProcess, exit: PtyExit): Promise<void> {
    if (this.beside.tookExit(process, exit) || this.process !== process) return
    this.process = null
    this.probing?.abort()
    // What the process started itself goes with it.
    this.around.platform.killOrphans(process.pid)
    const how = exit.signal ?? `exit code ${exit.code}`
    const lastLine = this.lastLine()
    this.write(`\u001b[0;2m--- ended: ${how} ---\u001b[0m\r\n`)
    this.settle(exit, lastLine)
    await this.around.keeper.remove(process.pid)
    this.wakeExitWaiters()
    this.restartIfWanted()
  }

  /** Which state an exit leads to: asked for, or by itself. */
  private settle(exit: PtyExit, lastLine: string): void {
    const { state } = this.state
    const facts = { pid: null, startedAtMs: null, memoryBytes: null, requestsPerSecond: 0, exit: { ...exit, lastLine } }
    const wanted = (state === 'stopping' && !this.killed) || (exit.code === 0 && state !== 'starting')
    if (wanted) return this.change('stopped', facts)
    const wasStarting = state === 'starting' || state === 'running'
    const detail = lastLine === '' ? (exit.signal ?? `exit code ${exit.code}`) : lastLine
    const failure =
      wasStarting && !this.killed ? toFailure(new LabError('SERVICE_START_FAILED', { service: this.id, detail })) : null
    this.change('failed', { ...facts, failure })
  }

  private restartIfWanted(): void {
    if (this.state.state !== 'failed' || !this.state.automaticRestart || this.disposal.signal.aborted) return
    this.policy.schedule(() => {
      if (this.state.state !== 'failed' || this.commandUnderWay) return
      this.around.emit({ type: 'serviceChanged', service: this.id, patch: { restarts: this.state.restarts + 1 } })
      // Its outcome is in the event log.
      this.exclusively(() => this.start()).catch(() => undefined)
    })
  }

  setAutomaticRestart(enabled: boolean): void {
    this.around.emit({ type: 'serviceChanged', service: this.id, patch: { automaticRestart: enabled } })
    if (enabled) this.restartIfWanted()
    else this.policy.cancel()
  }

  /** Sends what a person typed. Throws `TERMINAL_NO_INPUT` when nothing runs. */
  type(data: string): void {
    const { state, takesInput } = this.state
    if (this.process === null || !takesInput || state === 'frozen')
      throw new LabError('TERMINAL_NO_INPUT', { service: this.id, state })
    this.process.write(data)
  }

  resize(cols: number, rows: number): void {
    this.process?.resize(cols, rows)
  }

  /** Ends the process and everything that belongs to it. */
  async dispose(graceMs: number): Promise<void> {
    this.disposal.abort()
    await Promise.all([this.stop(graceMs), this.beside.close()])
    this.policy.cancel()
    this.terminal.dispose()
    await this.log.close()
  }

  private waitForExit(): Promise<void> {
    const { state } = this.state
    if (this.process === null && (state === 'stopped' || state === 'failed')) return Promise.resolve()
    return new Promise((resolve) => this.exitWaiters.add(resolve))
  }

  private wakeExitWaiters(): void {
    for (const wake of this.exitWaiters) wake()
    this.exitWaiters.clear()
  }

  private write(text: string): void {
    this.terminal.append(text)
    this.log.write(text, () => undefined)
  }

  private lastLine(): string {
    const lines = plainLines(this.terminal.read().slice(-TAIL_CHARS))
    return (lines.findLast((line) => line.trim() !== '' && !line.startsWith('--- ')) ?? '')
      .trim()
      .slice(0, LAST_LINE_CHARS)
  }

  private change(state: ServiceState['state'], patch: Partial<ServiceState>): void {
    const from = this.state.state
    if (from !== state && !canChange(from, state)) throw new Error(`${this.id} cannot go from ${from} to ${state}`)
    this.around.emit({ type: 'serviceChanged', service: this.id, patch: { ...patch, state } })
  }
}
