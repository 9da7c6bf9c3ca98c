import type { EventLog } from '../event-log.ts'
import type { Probes } from './probes.ts'

export interface UntilOptions {
  readonly limitMs: number
  /** The audit is stopped: it rejects with the signal's reason. */
  readonly signal: AbortSignal
}

/**
 * Resolves as soon as something is so, looking again after every event of the lab and every outcome of a probe; with
 * false when the time is over first.
 */
export function untilTrue(
  look: () => boolean,
  { events, probes }: { readonly events: EventLog; readonly probes: Probes },
  { limitMs, signal }: UntilOptions,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    let timer: NodeJS.Timeout | null = null
    const endings: (() => void)[] = []
    const end = (tell: () => void): void => {
      if (timer !== null) clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      for (const ending of endings) ending()
      tell()
    }
    const giveUp = (): void => end(() => reject(signal.reason as Error))
    const lookAgain = (): void => {
      if (look()) end(() => resolve(true))
    }
    if (look()) return resolve(true)
    endings.push(events.observe(lookAgain), probes.watch(lookAgain))
    timer = setTimeout(() => end(() => resolve(false)), limitMs)
    signal.addEventListener('abort', giveUp)
  })
}
