/**
 * Looks whether a process listens behind a closed port, until it does. Often at first, since a restarted process is back
 * soon, then less often: a lab can stand for hours with a service that was stopped.
 */

const FIRST_EVERY_MS = 20
const LATER_EVERY_MS = 100
/** So long the first pace is kept. */
const FIRST_FOR_MS = 5000

export class PortWatch {
  private readonly listens: () => Promise<boolean>
  private readonly found: () => Promise<void>
  private timer: NodeJS.Timeout | null = null
  private sinceMs = 0
  private active = false
  /** Counts starts, so that an answer to an older one is not taken for a new one. */
  private round = 0

  /** `found` is called once for each `start`, unless `stop` came first. */
  constructor(listens: () => Promise<boolean>, found: () => Promise<void>) {
    this.listens = listens
    this.found = found
  }

  get running(): boolean {
    return this.active
  }

  /** Looks at once, and then again and again. Resolves after the first look (and what was found by it). */
  async start(): Promise<void> {
    this.stop()
    this.active = true
    this.sinceMs = Date.now()
    await this.look(this.round)
  }

  stop(): void {
    this.active = false
    this.round += 1
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private async look(round: number): Promise<void> {
    const listens = await this.listens()
    if (round !== this.round) return
    if (listens) {
      this.stop()
      await this.found()
      return
    }
    const everyMs = Date.now() - this.sinceMs < FIRST_FOR_MS ? FIRST_EVERY_MS : LATER_EVERY_MS
    this.timer = setTimeout(() => void this.look(round), everyMs)
  }
}
