/** Automatic restarts come at growing distances, so that a process that cannot live does not eat the machine. */

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** After this long in health the next crash counts as the first one. */
const HEALTHY_AFTER_MS = 10_000

export class RestartPolicy {
  private pauseMs = FIRST_PAUSE_MS
  private timer: NodeJS.Timeout | null = null
  private readySinceMs: number | null = null

  noteReady(): void {
    this.readySinceMs = Date.now()
  }

  /** Runs `restart` once, after the pause that is due. */
  schedule(restart: () => void): void {
    this.cancel()
    const healthy = this.readySinceMs !== null && Date.now() - this.readySinceMs > HEALTHY_AFTER_MS
    this.readySinceMs = null
    if (healthy) this.pauseMs = FIRST_PAUSE_MS
    this.timer = setTimeout(() => {
      this.timer = null
      restart()
    }, this.pauseMs)
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS)
  }

  cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
