import { BROWSER_FRAMES, type FrameClock } from './write-pump.ts'

/** Does one job per frame, so that several heavy ones don't hold up the window together. */
export class FrameQueue {
  private readonly jobs = new Set<() => void>()
  private readonly clock: FrameClock
  private scheduled = false

  constructor(clock: FrameClock = BROWSER_FRAMES) {
    this.clock = clock
  }

  /** Puts a job at the end; answers how to take it back. */
  add(job: () => void): () => void {
    this.jobs.add(job)
    this.schedule()
    return () => this.jobs.delete(job)
  }

  private schedule(): void {
    if (this.scheduled || this.jobs.size === 0) return
    this.scheduled = true
    this.clock.next(() => this.frame())
  }

  private frame(): void {
    this.scheduled = false
    const [job] = this.jobs
    if (job) this.jobs.delete(job)
    job?.()
    this.schedule()
  }
}
