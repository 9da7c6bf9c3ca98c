import { usePreferredReducedMotion } from '@vueuse/core'
import { computed, type ComputedRef, type InjectionKey } from 'vue'
import { requestHops, type Hop } from '../../model/request-path.ts'
import { CLIENT } from '../../model/topology-layout.ts'
import { useLabStore } from '../../stores/lab.ts'
import { useSettingsStore } from '../../stores/settings.ts'
import { MAX_DOT_RATE } from './link-thickness.ts'

export interface RequestDots {
  /** Makes the dots of another request new elements, so that they set off again. */
  readonly key: number
  readonly hops: readonly Hop[]
}

export const requestDotsKey: InjectionKey<ComputedRef<RequestDots>> = Symbol('request dots')

/**
 * The dots of the last request that finished while the window was looking: its way as the balancer and servers tell it.
 * Where packets are recorded, those are drawn instead (packet-dots.ts).
 */
export function useRequestDots(): ComputedRef<RequestDots> {
  const lab = useLabStore()
  const settings = useSettingsStore()
  const motion = usePreferredReducedMotion()
  const seenAtStart = lab.state.lastRequest?.id ?? null

  return computed(() => {
    const request = lab.state.lastRequest
    const none = { key: 0, hops: [] }
    const { state, recording } = lab.state.network
    if (!settings.packetDots || (state === 'ready' && recording.mode !== 'off')) return none
    if (!request || request.id === seenAtStart || motion.value === 'reduce') return none
    const incoming = lab.state.links.filter((link) => link.from === CLIENT)
    const rate = incoming.reduce((sum, link) => sum + (lab.service(link.to)?.requestsPerSecond ?? 0), 0)
    return rate > MAX_DOT_RATE ? none : { key: request.id, hops: requestHops(request, lab.state.links) }
  })
}
