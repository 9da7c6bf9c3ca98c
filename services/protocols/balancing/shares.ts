import type { ServerShare } from '../../contract/capacity.ts'
import type { BalanceAlgorithm } from '../../contract/names.ts'
import type { ServerStat } from '../haproxy-stats/show-stat.ts'

/** What each server has got of all requests, and what the algorithm promises for servers that are up. Shares are 0 to 1. */
export function sharesOf(
  algorithm: BalanceAlgorithm,
  servers: readonly Pick<ServerStat, 'server' | 'requests' | 'weight' | 'backup' | 'health'>[],
): readonly ServerShare[] {
  const all = servers.reduce((sum, { requests }) => sum + requests, 0)
  const usable = servers.filter(({ health, weight }) => health === 'up' && weight > 0)
  const active = usable.filter(({ backup }) => !backup)
  const sharing = active.length > 0 ? active : usable.slice(0, 1)
  const weights = sharing.reduce((sum, { weight }) => sum + weight, 0)
  return servers.map((one) => {
    const measured = all === 0 ? 0 : one.requests / all
    const promised = promise(algorithm, one, sharing, weights)
    const draws = algorithm === 'random' && promised !== null && all > 0
    const error = draws ? 2 * Math.sqrt((promised * (1 - promised)) / all) : 0
    return { server: one.server, requests: one.requests, measured, promised, error }
  })
}

/** Least connections and source promise no share: one follows the load, the other who the visitors are. */
function promise<S extends { readonly weight: number }>(
  algorithm: BalanceAlgorithm,
  one: S,
  sharing: readonly S[],
  weights: number,
): number | null {
  if (!sharing.includes(one)) return 0
  switch (algorithm) {
    case 'roundrobin':
    case 'random':
      return one.weight / weights
    case 'first':
      return one === sharing[0] ? 1 : 0
    default:
      return sharing.length === 1 ? 1 : null
  }
}
