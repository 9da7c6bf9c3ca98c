import type { BackendServerState, BackendState } from '../../contract/index.ts'
import { BACKEND_NAME } from '../../protocols/haproxy-cfg/render.ts'
import { readServerStats } from '../../protocols/haproxy-stats/show-stat.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan, PlannedOf } from '../plan/lab-plan.ts'
import { askBalancer } from './runtime-api.ts'

/** Often enough that a person sees a server go down as the balancer does, seldom enough to cost nothing. */
const ASK_EVERY_MS = 300

/** Asks each balancer what it thinks of its servers, and tells what changed. */
export class BalancerWatch {
  private readonly plan: LabPlan
  private readonly events: EventLog
  /** Requests that a balancer of another make has passed on; the lab's own one tells its count itself. */
  private readonly onRequests: (balancer: string, requests: number) => void
  private timer: NodeJS.Timeout | null = null
  private asking = false
  private last: readonly BackendServerState[] = []

  constructor(plan: LabPlan, events: EventLog, onRequests: (balancer: string, requests: number) => void) {
    this.plan = plan
    this.events = events
    this.onRequests = onRequests
  }

  start(): void {
    if (this.plan.ofRole('load-balancer').length === 0) return
    this.timer ??= setInterval(() => void this.ask(), ASK_EVERY_MS)
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  private async ask(): Promise<void> {
    if (this.asking) return
    this.asking = true
    const balancers = this.plan.ofRole('load-balancer')
    const backends = (await Promise.all(balancers.map((balancer) => this.askOne(balancer)))).flat()
    this.asking = false
    if (this.timer === null) return
    this.tell(backends)
  }

  /** A balancer that is not there knows nothing of its servers. */
  private async askOne(balancer: PlannedOf<'load-balancer'>): Promise<readonly BackendServerState[]> {
    const state = this.events.state.services.find((service) => service.id === balancer.id)?.state
    const unknown = balancer.spec.servers.map(({ service, weight }): BackendServerState => ({
      balancer: balancer.id,
      backend: BACKEND_NAME,
      server: service,
      service,
      state: 'unknown',
      weight,
      sessions: 0,
    }))
    if (state !== 'ready') return unknown
    try {
      const stats = readServerStats(
        await askBalancer({ address: balancer.address, port: balancer.statsPort }, 'show stat'),
      )
      if (balancer.spec.engine !== 'builtin') {
        this.onRequests(
          balancer.id,
          stats.reduce((sum, server) => sum + server.requests, 0),
        )
      }
      return stats.map(({ backend, server, health, weight, sessions }) => ({
        balancer: balancer.id,
        backend,
        server,
        service: server,
        state: health,
        weight,
        sessions,
      }))
    } catch {
      return unknown
    }
  }

  private tell(backends: readonly BackendServerState[]): void {
    if (JSON.stringify(backends) === JSON.stringify(this.last)) return
    const before = new Map(this.last.map((server) => [keyOf(server), server.state]))
    const changed = backends
      .map((server) => ({
        balancer: server.balancer,
        server: server.server,
        from: before.get(keyOf(server)) ?? 'unknown',
        to: server.state,
      }))
      .filter(isNews)
    this.last = backends
    this.events.emit({ type: 'backendsChanged', backends, changed })
  }
}

/** That a server is up when the balancer is first asked, or unknown while the balancer is away, is no news of the server. */
function isNews({ from, to }: { readonly from: BackendState; readonly to: BackendState }): boolean {
  return from !== to && to !== 'unknown' && !(from === 'unknown' && to === 'up')
}

function keyOf(server: BackendServerState): string {
  return `${server.balancer}/${server.backend}/${server.server}`
}
