/**
 * Statements that wait for somebody else's lock. They are told when a transaction of this process ends, first come
 * first served; locks of other processes (a person's sqlite3 shell) tell nobody, so everyone also looks now and then.
 */

const LOOK_AGAIN_MS = 25

export interface Patience {
  /** How long to go on trying, in milliseconds. */
  readonly limitMs: number
  /** Whether nobody wants the result any more. */
  readonly isCancelled: () => boolean
}

interface Waiter {
  wake: (() => void) | null
}

export class LockQueue {
  private readonly waiters = new Set<Waiter>()

  /** Somebody let go of a lock. */
  released(): void {
    for (const waiter of this.waiters) waiter.wake?.()
  }

  /**
   * Tries until it succeeds, fails otherwise than `isWorthRetrying`, or the patience ends; then throws the last error.
   * The event loop is free between the tries.
   */
  async retry<T>(attempt: () => T, isWorthRetrying: (error: unknown) => boolean, patience: Patience): Promise<T> {
    let lastError: unknown
    try {
      return attempt()
    } catch (error) {
      if (!isWorthRetrying(error)) throw error
      lastError = error
    }
    // A waiter keeps its place through all its tries.
    const waiter: Waiter = { wake: null }
    this.waiters.add(waiter)
    const deadline = performance.now() + patience.limitMs
    try {
      while (!patience.isCancelled()) {
        const leftMs = deadline - performance.now()
        await this.wait(waiter, Math.max(0, Math.min(LOOK_AGAIN_MS, leftMs)))
        if (patience.isCancelled()) break
        try {
          return attempt()
        } catch (error) {
          if (leftMs <= 0 || !isWorthRetrying(error)) throw error
          lastError = error
        }
      }
      throw lastError
    } finally {
      this.waiters.delete(waiter)
    }
  }

  private wait(waiter: Waiter, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.wake?.(), ms)
      waiter.wake = () => {
        clearTimeout(timer)
        waiter.wake = null
        resolve()
      }
    })
  }
}
