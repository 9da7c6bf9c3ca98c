import { spawn, type ChildProcess } from 'node:child_process'
import type { Platform } from '../platform/platform.ts'
import type { RunRegistry } from './run-registry.ts'

/**
 * The guard is a process too: it starts when the services have had the processor. Until then the lab's own programs end
 * by the hang-up of their terminals, and the next start sweeps what is left.
 */
const GUARD_DELAY_MS = 500

/**
 * Makes sure that no process of the lab outlives the engine: each is written into the run registry (swept at the next
 * start) and told to the guard, a small process that ends them at once when the engine disappears.
 */
export class ProcessKeeper {
  private readonly registry: RunRegistry
  private readonly platform: Platform
  private readonly guardCommand: readonly [string, ...string[]]
  private readonly pids = new Set<number>()
  private guard: ChildProcess | null = null
  private guardTimer: NodeJS.Timeout | null = null
  private closing = false

  constructor(registry: RunRegistry, platform: Platform, guardCommand: readonly [string, ...string[]]) {
    this.registry = registry
    this.platform = platform
    this.guardCommand = guardCommand
  }

  /** Resolves when the process is registered; only then may it be reported. */
  async add(pid: number, service: string): Promise<void> {
    this.pids.add(pid)
    this.tellGuard(`add ${pid}`)
    const startTime = await this.platform.startTime(pid)
    if (startTime !== null && this.pids.has(pid)) await this.registry.add({ pid, startTime, service })
  }

  async remove(pid: number): Promise<void> {
    this.pids.delete(pid)
    this.tellGuard(`remove ${pid}`)
    await this.registry.remove(pid)
  }

  /** Ends the guard. Call when nothing runs any more. */
  async dispose(): Promise<void> {
    this.closing = true
    if (this.guardTimer !== null) clearTimeout(this.guardTimer)
    const { guard } = this
    if (guard === null) return
    await new Promise<void>((resolve) => {
      guard.once('exit', () => resolve())
      guard.stdin?.end('done\n')
    })
    this.guard = null
  }

  private tellGuard(line: string): void {
    if (this.guard !== null) this.guard.stdin?.write(`${line}\n`)
    else if (this.pids.size > 0) this.guardTimer ??= setTimeout(() => this.restartGuard(), GUARD_DELAY_MS)
  }

  private startGuard(): void {
    const [file, ...args] = this.guardCommand
    // A group of its own: what ends the engine's group must not end the guard first.
    const guard = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, windowsHide: true })
    // One that could not be started never exits; nobody may wait for it.
    guard.on('error', () => {
      this.guard = null
    })
    guard.stdin.on('error', () => undefined)
    guard.once('exit', () => {
      this.guard = null
      if (!this.closing) this.restartGuard()
    })
    this.guard = guard
  }

  private restartGuard(): void {
    this.guardTimer = null
    if (this.pids.size === 0 || this.closing) return
    if (this.guard === null) this.startGuard()
    for (const pid of this.pids) this.tellGuard(`add ${pid}`)
  }
}
