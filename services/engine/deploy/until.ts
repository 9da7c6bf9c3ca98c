import { setTimeout as pause } from 'node:timers/promises'

/** Throws the failure with which a deployment ends when a person stopped it. */
export type Halt = () => void

/** Asks again and again. False when the time was over first; rejects when `halt` throws or the question does. */
export async function until(
  isDone: () => Promise<boolean>,
  options: { readonly limitMs: number; readonly everyMs: number; readonly halt: Halt },
): Promise<boolean> {
  const endAt = performance.now() + options.limitMs
  for (;;) {
    options.halt()
    if (await isDone()) return true
    if (performance.now() >= endAt) return false
    await pause(options.everyMs)
  }
}
