import type { CapacitySetting } from '../../contract/capacity.ts'

/**
 * Workers that each take a fixed time for a job, and a bounded queue before them, free of clocks and timers: the caller
 * says what time it is (milliseconds, rising). A worker that is free while jobs wait begins the next one when the last
 * one was over, not when somebody noticed: so late timers cost no capacity, and it is `workers / cost` on any machine.
 */

interface Running<Job> {
  readonly job: Job
  readonly endMs: number
}

interface Waiting<Job> {
  readonly job: Job
}

/** What it has counted since it was made. Integrals are in milliseconds times jobs. */
export interface SlotFigures {
  readonly busy: number
  readonly queue: number
  readonly served: number
  readonly rejected: number
  readonly busyMs: number
  readonly queueMs: number
}

export class WorkerSlots<Job> {
  private setting: CapacitySetting
  private running: Running<Job>[] = []
  private waiting: Waiting<Job>[] = []
  private atMs: number
  private served = 0
  private rejected = 0
  private busyMs = 0
  private queueMs = 0

  constructor(setting: CapacitySetting, nowMs: number) {
    this.setting = setting
    this.atMs = nowMs
  }

  /** False: workers and queue are full, the job is not taken. Call `advance` first. */
  offer(job: Job, nowMs: number): boolean {
    this.pass(nowMs)
    if (this.running.length < this.setting.workers) this.begin(job, this.atMs)
    else if (this.waiting.length < this.setting.queueLimit) this.waiting.push({ job })
    else {
      this.rejected += 1
      return false
    }
    return true
  }

  /** Takes out the jobs that are over by now, in their order. */
  advance(nowMs: number): readonly Job[] {
    const over: Job[] = []
    for (;;) {
      const next = this.running[0]
      if (next === undefined || next.endMs > nowMs) break
      this.pass(next.endMs)
      this.running.shift()
      over.push(next.job)
      this.served += 1
      this.fill()
    }
    this.pass(nowMs)
    return over
  }

  /** Other workers from now on. Jobs that a worker has begun cost what they cost then. Call `advance` first. */
  change(setting: CapacitySetting, nowMs: number): void {
    this.pass(nowMs)
    this.setting = setting
    this.fill()
  }

  /** Everybody who works or waits is let go, as when the model is switched off. */
  release(nowMs: number): readonly Job[] {
    const jobs = [...this.running, ...this.waiting].map(({ job }) => job)
    this.pass(nowMs)
    this.served += jobs.length
    this.running = []
    this.waiting = []
    return jobs
  }

  /** When the next job is over; null when none is worked on. */
  get nextMs(): number | null {
    return this.running[0]?.endMs ?? null
  }

  get figures(): SlotFigures {
    const { served, rejected, busyMs, queueMs } = this
    return { busy: this.running.length, queue: this.waiting.length, served, rejected, busyMs, queueMs }
  }

  private fill(): void {
    while (this.running.length < this.setting.workers) {
      const next = this.waiting.shift()
      if (next === undefined) return
      this.begin(next.job, this.atMs)
    }
  }

  private begin(job: Job, nowMs: number): void {
    const one = { job, endMs: nowMs + this.setting.costMs }
    // After a change of the cost a younger job may be over first.
    const at = this.running.findIndex(({ endMs }) => endMs > one.endMs)
    this.running.splice(at === -1 ? this.running.length : at, 0, one)
  }

  private pass(nowMs: number): void {
    const ms = Math.max(0, nowMs - this.atMs)
    this.busyMs += ms * this.running.length
    this.queueMs += ms * this.waiting.length
    this.atMs = Math.max(this.atMs, nowMs)
  }
}
