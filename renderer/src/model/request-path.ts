import type { LinkState, RequestResult } from '../../../services/contract/index.ts'
import { CLIENT } from './topology-layout.ts'

/** One dot on one link: when it sets off, and which way it goes. */
export interface Hop {
  readonly link: string
  readonly delayMs: number
  readonly back: boolean
}

/** A dot needs this long per link; slow enough to follow with the eye. */
export const HOP_MS = 280

/** The way of a request over the drawn links: to the DNS and back, then along `via` and all the way back. */
export function requestHops(result: RequestResult, links: readonly LinkState[]): readonly Hop[] {
  const dns = links.find((link) => link.protocol === 'DNS' && link.from === CLIENT)
  const stations = [CLIENT, ...result.via]
  const way = stations.slice(1).flatMap((to, index) => {
    const from = stations[index]
    return links.filter((link) => link.from === from && link.to === to).map((link) => link.id)
  })
  const legs = [
    ...(dns ? [{ link: dns.id, back: false }] : []),
    ...(dns && result.resolved ? [{ link: dns.id, back: true }] : []),
    ...way.map((link) => ({ link, back: false })),
    ...way.toReversed().map((link) => ({ link, back: true })),
  ]
  return legs.map((leg, index) => ({ ...leg, delayMs: index * HOP_MS }))
}
