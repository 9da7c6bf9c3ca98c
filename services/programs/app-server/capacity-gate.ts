import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { formatCapacityReport, parseCapacityFile, type CapacitySetting } from '../../protocols/capacity/report.ts'
import { WorkerSlots } from '../../protocols/capacity/worker-slots.ts'
import type { Log } from '../kit/log.ts'

/** How soon a change of the file is seen, at most. */
const LOOK_MS = 100
const REPORT_MS = 250
/** The check of a balancer takes no worker: it asks whether the process lives, and an overloaded server does. */
const FREE_PATH = '/healthz'

/**
 * Modelled workers before the application: a request waits until it has had its time of a worker slot. The time is
 * waited for, not computed, so that the capacity is the same on every machine. Without a setting requests pass at once.
 */
export class CapacityGate {
  private readonly file: string
  private readonly log: Log
  private setting: CapacitySetting | null = null
  private readonly slots: WorkerSlots<() => void>
  private timer: NodeJS.Timeout | null = null
  private readonly reporter: NodeJS.Timeout
  private told = ''

  constructor(file: string, log: Log) {
    this.file = file
    this.log = log
    this.slots = new WorkerSlots<() => void>({ workers: 1, costMs: 1, queueLimit: 0 }, performance.now())
    this.read()
    watchFile(file, { interval: LOOK_MS, persistent: false }, () => this.read())
    this.reporter = setInterval(() => this.report(), REPORT_MS)
    this.reporter.unref()
    this.report()
  }

  /** What a rejected visitor should know; null when nothing is modelled. */
  get limits(): CapacitySetting | null {
    return this.setting
  }

  /** Resolves true after the request's time of a worker, or at once where none is needed; false: all is full. */
  admit(url: string | undefined): true | Promise<true> | false {
    if (this.setting === null || url === FREE_PATH) return true
    const now = performance.now()
    this.advance(now)
    let pass: () => void = () => undefined
    const passed = new Promise<true>((resolve) => (pass = () => resolve(true)))
    if (!this.slots.offer(pass, now)) return false
    this.arm()
    return passed
  }

  close(): void {
    unwatchFile(this.file)
    clearInterval(this.reporter)
    if (this.timer !== null) clearTimeout(this.timer)
    for (const pass of this.slots.release(performance.now())) pass()
  }

  private advance(now: number): void {
    for (const pass of this.slots.advance(now)) pass()
  }

  private arm(): void {
    const { nextMs } = this.slots
    if (this.timer !== null) clearTimeout(this.timer)
    if (nextMs === null) return
    this.timer = setTimeout(() => {
      this.timer = null
      this.advance(performance.now())
      this.arm()
    }, nextMs - performance.now())
  }

  private read(): void {
    const next = this.parse()
    if (next === undefined || JSON.stringify(next) === JSON.stringify(this.setting)) return
    const now = performance.now()
    this.advance(now)
    this.setting = next
    if (next === null) for (const pass of this.slots.release(now)) pass()
    else this.slots.change(next, now)
    this.arm()
    this.log.event({ what: 'workers (modelled)', outcome: describe(next), level: 'good' })
    this.report()
  }

  /** Undefined: the file cannot be used now; all stays as it was. */
  private parse(): CapacitySetting | null | undefined {
    try {
      return parseCapacityFile(readFileSync(this.file, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      const detail = error instanceof Error ? error.message : String(error)
      this.log.event({ what: 'workers (modelled)', outcome: `${this.file}: ${detail}`, level: 'warning' })
      return undefined
    }
  }

  private report(): void {
    const now = performance.now()
    this.advance(now)
    const { figures } = this.slots
    const news = JSON.stringify([this.setting, figures])
    if (news === this.told) return
    this.told = news
    this.log.figures(formatCapacityReport({ setting: this.setting, figures, atMs: now }))
  }
}

function describe(setting: CapacitySetting | null): string {
  if (setting === null) return 'not modelled: requests are answered as fast as the machine can'
  const { workers, costMs, queueLimit } = setting
  return `${workers} workers, ${costMs} ms for each request, at most ${queueLimit} waiting: ${Math.round((workers * 10_000) / costMs) / 10} requests/s`
}
