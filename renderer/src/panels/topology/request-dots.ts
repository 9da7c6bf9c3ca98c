import { usePreferredReducedMotion } from '@vueuse/core'
import { computed, type ComputedRef, type InjectionKey } from 'vue'
import { requestHops, type Hop } from '../../model/request-path.ts'
import { CLIENT } from '../../model/topology-layout.ts'
import { useLabStore } from '../../stores/lab.ts'

/** Above this rate dots are noise; the figures on the links speak instead (UI.md). */
const MAX_DOT_RATE = 20

export interface RequestDots {
  /** Makes the dots of another request new elements, so that they set off again. */
  readonly key: number
  readonly hops: readonly Hop[]
}

export const requestDotsKey: InjectionKey<ComputedRef<RequestDots>> = Symbol('request dots')

/** The dots of the last request that finished while the window was looking. */
export function useRequestDots(): ComputedRef<RequestDots> {
  const lab = useLabStore()
  const motion = usePreferredReducedMotion()
  const seenAtStart = lab.state.lastRequest?.id ?? null

  return computed(() => {
    const request = lab.state.lastRequest
    const none = { key: 0, hops: [] }
    if (!request || request.id === seenAtStart || motion.value === 'reduce') return none
    const incoming = lab.state.links.filter((link) => link.from === CLIENT)
    const rate = incoming.reduce((sum, link) => sum + (lab.service(link.to)?.requestsPerSecond ?? 0), 0)
    return rate > MAX_DOT_RATE ? none : { key: request.id, hops: requestHops(request, lab.state.links) }
  })
}
