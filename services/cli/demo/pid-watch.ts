import type { LabEvent } from '../../contract/index.ts'

const CHECK_MS = 50

/** Every process that the lab started, so that the demo can look for itself whether they are gone. */
export class PidWatch {
  readonly #pids = new Set<number>()

  take(event: LabEvent): void {
    if (event.type === 'serviceChanged' && event.patch.pid) this.#pids.add(event.patch.pid)
    if (event.type === 'labPrepared') for (const { pid } of event.services) if (pid !== null) this.#pids.add(pid)
  }

  get count(): number {
    return this.#pids.size
  }

  alive(): readonly number[] {
    return [...this.#pids].filter(isAlive)
  }

  /** The processes that still live when the time is up. */
  async aliveAfter(limitMs: number): Promise<readonly number[]> {
    const endMs = performance.now() + limitMs
    while (this.alive().length > 0 && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS))
    return this.alive()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of somebody else that got the number meanwhile answers EPERM: ours is gone.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' && (error as NodeJS.ErrnoException).code !== 'EPERM'
  }
}
