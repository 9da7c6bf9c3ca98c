import { LabError, type BesideProcess, type ServiceState } from '../../contract/index.ts'
import type { CapacityReport } from '../../protocols/capacity/report.ts'
import type { Platform } from '../platform/platform.ts'
import { startInPty, type PtyExit, type PtyProcess } from './pty-process.ts'
import { notReady, READY_LIMIT_MS } from './not-ready.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import type { ServiceDriver } from './service.ts'
import { StatusReader } from './status-reports.ts'

/** A process of a service with what it serves. */
export interface Generation {
  readonly process: PtyProcess
  readonly startedAtMs: number
  readonly facts: Pick<ServiceState, 'port' | 'release'>
}

/** What the slot needs of its service. */
export interface SlotOwner {
  readonly id: string
  readonly host: string
  readonly address: string
  readonly platform: Platform
  readonly keeper: ProcessKeeper
  /** Output of the process, without reports. */
  onOutput(process: PtyProcess, text: string): void
  onRequests(process: PtyProcess, requests: number): void
  onCapacity(process: PtyProcess, report: CapacityReport): void
  onExit(process: PtyProcess, exit: PtyExit): void
  /** A line of the lab's own in the terminal. */
  mark(text: string): void
  lastLine(): string
  tell(beside: BesideProcess | null): void
}

/** How long an old process may finish what it has: longer than the programs keep an unused connection. */
const FINISH_LIMIT_MS = 15_000

interface Occupant extends Generation {
  state: BesideProcess['state']
  gone: boolean
  exit: PtyExit | null
  readonly waiters: Set<() => void>
}

/**
 * Room for one more process of a service: the new one that starts beside the old, the old one that finishes, or the one
 * that is kept for the way back. It shares the service's terminal and log, and is in the run registry like every other.
 */
export class BesideSlot {
  private readonly owner: SlotOwner
  private occupant: Occupant | null = null
  private closed = false

  constructor(owner: SlotOwner) {
    this.owner = owner
  }

  get state(): BesideProcess['state'] | null {
    return this.occupant?.state ?? null
  }

  /** Starts a process and resolves when it says that it listens. Rejects, with nothing left, when it does not. */
  async start(driver: ServiceDriver): Promise<void> {
    const { owner } = this
    if (this.closed) throw new LabError('LAB_NOT_RUNNING')
    if (this.occupant !== null) throw new Error(`${owner.id} has a second process already`)
    await driver.prepare()
    if (this.closed) throw new LabError('LAB_NOT_RUNNING')
    const reader = new StatusReader()
    let tellReady = (): void => undefined
    const ready = new Promise<void>((resolve) => (tellReady = resolve))
    const process = startInPty(
      owner.id,
      driver.command(),
      (data) => {
        const text = reader.read(data, (report) => {
          if (report.ready) tellReady()
          if (report.requests !== null) owner.onRequests(process, report.requests)
          if (report.capacity !== null) owner.onCapacity(process, report.capacity)
        })
        owner.onOutput(process, text)
      },
      (exit) => owner.onExit(process, exit),
    )
    const occupant = this.enter({ process, startedAtMs: Date.now(), facts: driver.facts() }, 'starting')
    owner.mark(`started beside, process ${process.pid}`)
    await owner.keeper.add(process.pid, owner.id)
    this.tell()
    const failed = this.gone(occupant).then(() => {
      const { exit } = occupant
      const detail = owner.lastLine() || (exit?.signal ?? `exit code ${exit?.code ?? '-'}`)
      throw new LabError('SERVICE_START_FAILED', { service: owner.id, detail })
    })
    const reaching = new AbortController()
    try {
      const usable = ready.then(() => driver.reachable(reaching.signal))
      const listens = await withLimit(Promise.race([usable, failed]), READY_LIMIT_MS)
      if (!listens) throw notReady(owner.id, driver.faults())
    } catch (error) {
      await this.end('kill')
      throw error
    } finally {
      reaching.abort()
    }
    this.become('ready')
  }

  /** Gives out the process of the slot and takes in another one. Throws when the slot has none that is ready. */
  exchange(main: Generation | null, state: BesideProcess['state']): Generation {
    const { occupant } = this
    if (occupant === null || occupant.gone || occupant.state === 'starting') throw notReady(this.owner.id)
    this.occupant = null
    if (main !== null) this.enter(main, state)
    this.tell()
    return occupant
  }

  become(state: BesideProcess['state']): void {
    if (this.occupant === null) return
    this.occupant.state = state
    this.tell()
  }

  /** Ends the process, if there is one: patiently (it finishes what it has), or at once. Resolves when it is gone. */
  async end(how: 'finish' | 'stop' | 'kill'): Promise<void> {
    const { occupant, owner } = this
    if (occupant === null) return
    const { pid } = occupant.process
    if (how === 'finish') {
      this.become('finishing')
      owner.platform.handOver(pid)
    } else if (how === 'stop') owner.platform.terminate(pid)
    else owner.platform.killTree(pid)
    const insist = setTimeout(() => owner.platform.killTree(pid), FINISH_LIMIT_MS)
    await this.gone(occupant)
    clearTimeout(insist)
  }

  /** Ends the process, and takes no other. */
  async close(): Promise<void> {
    this.closed = true
    await this.end('kill')
  }

  /** An exit that may be this slot's; false when it is another process. */
  tookExit(process: PtyProcess, exit: PtyExit): boolean {
    const { occupant } = this
    if (occupant?.process !== process) return false
    occupant.gone = true
    occupant.exit = exit
    this.occupant = null
    this.owner.platform.killOrphans(process.pid)
    this.owner.mark(`process ${process.pid} beside ended: ${exit.signal ?? `exit code ${exit.code}`}`)
    this.tell()
    void this.owner.keeper.remove(process.pid).then(() => {
      for (const wake of occupant.waiters) wake()
    })
    return true
  }

  private enter(generation: Generation, state: BesideProcess['state']): Occupant {
    this.occupant = { ...generation, state, gone: false, exit: null, waiters: new Set() }
    return this.occupant
  }

  private gone(occupant: Occupant): Promise<void> {
    if (occupant.gone) return Promise.resolve()
    return new Promise((resolve) => occupant.waiters.add(resolve))
  }

  private tell(): void {
    const { id, host, address } = this.owner
    const { occupant } = this
    if (occupant === null) return this.owner.tell(null)
    const { process, facts, state } = occupant
    this.owner.tell({ service: id, host, pid: process.pid, address, port: facts.port, release: facts.release, state })
  }
}

/** False when it took too long. */
async function withLimit(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  try {
    return await Promise.race([work.then(() => true), limit])
  } finally {
    clearTimeout(timer)
  }
}
