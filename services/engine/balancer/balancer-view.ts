import { toFailure, type BalancerChoice, type BalancerView } from '../../contract/index.ts'
import { parseChoices } from '../../protocols/balancing/choice-log.ts'
import { sharesOf } from '../../protocols/balancing/shares.ts'
import { parseStatCsv, readServerStats } from '../../protocols/haproxy-stats/show-stat.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'
import { askBalancer } from './runtime-api.ts'

/** What a balancer tells of itself now; of the choices only those after number `after`, at most `limit`, the newest. */
export async function viewBalancer(
  balancer: PlannedOf<'load-balancer'>,
  after: number,
  limit: number,
): Promise<BalancerView> {
  const { algorithm, engine } = balancer.spec
  const tellsReasons = engine === 'builtin'
  const known = { balancer: balancer.id, engine, algorithm, tellsReasons }
  const api = { address: balancer.address, port: balancer.statsPort }
  try {
    const stats = await askBalancer(api, 'show stat')
    const choices: readonly BalancerChoice[] = tellsReasons
      ? parseChoices(await askBalancer(api, `show choices ${after} ${limit}`), balancer.id)
      : []
    return {
      ...known,
      rows: parseStatCsv(stats),
      shares: sharesOf(algorithm, readServerStats(stats)),
      choices,
      failure: null,
    }
  } catch (error) {
    return { ...known, rows: [], shares: [], choices: [], failure: toFailure(error) }
  }
}
