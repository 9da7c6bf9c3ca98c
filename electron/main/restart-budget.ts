/** An engine that ends this often in this time would end again; the person is told instead. */
const MAX_RESTARTS = 3
const WINDOW_MS = 60_000

/** Says whether a process that ended unexpectedly may be started again. */
export class RestartBudget {
  readonly #now: () => number
  #restarts: number[] = []

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** True, and one restart less, while the budget of the last minute is not used up. */
  take(): boolean {
    const now = this.#now()
    this.#restarts = this.#restarts.filter((atMs) => now - atMs < WINDOW_MS)
    if (this.#restarts.length >= MAX_RESTARTS) return false
    this.#restarts.push(now)
    return true
  }
}
