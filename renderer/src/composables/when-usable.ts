import { until } from '@vueuse/core'
import { whenIdle } from '../client/after-paint.ts'
import { useLabStore } from '../stores/lab.ts'

/** An engine that does not answer must not keep the rest of the window away. */
const ANSWER_LIMIT_MS = 1500

/**
 * Resolves when a lab can be started and the page has nothing to do: the time for everything that a person needs only
 * after that.
 */
export async function whenUsable(): Promise<void> {
  const lab = useLabStore()
  await until(() => lab.topologies).not.toBeNull({ timeout: ANSWER_LIMIT_MS })
  await whenIdle()
}
