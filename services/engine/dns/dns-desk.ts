import {
  LabError,
  toFailure,
  type DnsView,
  type FailoverState,
  type NewLabEvent,
  type ResolverView,
  type Trace,
  type TraceStep,
} from '../../contract/index.ts'
import type { DesignHistory } from '../design/design-history.ts'
import type { LabPlan, PlannedOf } from '../plan/lab-plan.ts'
import type { Service } from '../supervisor/service.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { Failover } from './failover.ts'
import { dumpCache, flush } from './resolver-control.ts'
import type { ZoneFile } from './zone-file.ts'
import { Zones } from './zones.ts'

/** What the desk needs of the lab. */
export interface DnsGround {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly history: DesignHistory
  readonly traffic: TrafficRunner
  service(id: string): Service
  isDown(service: string): boolean
  emit(event: NewLabEvent): void
}

/** All about the names of a running lab: its zones, what resolvers remember of them, and why visitors go where they go. */
export class DnsDesk {
  readonly zones: Zones
  private readonly ground: DnsGround
  private comparing: Failover | null = null

  constructor(ground: DnsGround) {
    this.ground = ground
    this.zones = new Zones({
      ...ground,
      serves: (id) => ground.service(id).state.state === 'ready',
    })
  }

  async view(): Promise<DnsView> {
    const zones = await this.zones.list()
    const resolvers = await Promise.all(this.ground.plan.ofRole('resolver').map((one) => this.viewResolver(one)))
    return { atMs: Date.now(), zones, resolvers }
  }

  /** Throws `RESOLVER_NONE`, `SERVICE_UNKNOWN`, `RESOLVER_SILENT`. */
  async flush(service: string | undefined, name: string | undefined): Promise<{ readonly flushed: number }> {
    const resolver = this.resolver(service)
    const flushed = await flush(resolver, name === undefined ? null : this.fullName(name))
    this.ground.emit({ type: 'cacheFlushed', service: resolver.id, name: name ?? '', count: flushed })
    return { flushed }
  }

  /** Throws `FAILOVER_BUSY`, `FAILOVER_IMPOSSIBLE`, and what its traffic throws. */
  async compareFailover(rate: number | undefined, ttl: number | undefined): Promise<FailoverState> {
    if (this.comparing !== null) throw new LabError('FAILOVER_BUSY')
    const failover = new Failover({ ...this.ground, zones: this.zones }, rate, ttl)
    this.comparing = failover
    try {
      return await failover.run()
    } finally {
      this.comparing = null
    }
  }

  /** Throws `FAILOVER_NONE`. */
  stopFailover(): void {
    if (this.comparing === null) throw new LabError('FAILOVER_NONE')
    this.comparing.stop()
  }

  dispose(): void {
    this.comparing?.stop()
  }

  /** Tells in a trace where an answer from a cache was not what the zone said at that time. */
  async explain(trace: Trace, atMs: number): Promise<Trace> {
    await this.look()
    const explained = trace.steps.flatMap((step): TraceStep[] => [step, ...this.staleStep(step, trace, atMs)])
    return explained.length === trace.steps.length ? trace : { ...trace, steps: explained }
  }

  /** Sees what was changed in the zone files by hand, as from now; a file that is not there yet is looked at later. */
  async look(): Promise<void> {
    await Promise.all(this.files().map((file) => file.text().catch(() => undefined)))
  }

  private staleStep(step: TraceStep, trace: Trace, atMs: number): TraceStep[] {
    const { key, params } = step.sentence
    const hop = trace.hops[step.hop]
    if (hop === undefined || (key !== 'dnsFromCache' && key !== 'dnsEmptyFromCache')) return []
    const [type = '', name = ''] = hop.requestLine.split(' ')
    const answers = params['answers'] === undefined ? [] : String(params['answers']).split(', ')
    for (const file of this.files()) {
      const stale = file.stale(name, type, answers, atMs)
      if (stale === null) continue
      const since = Math.max(0, Math.round((atMs - stale.sinceMs) / 1000))
      const told = { from: hop.from, to: hop.to, zone: stale.zone.join(', '), since, ttl: params['ttl'] ?? '' }
      return [{ ...step, sentence: { key: 'staleAnswer', params: told } }]
    }
    return []
  }

  private files(): readonly ZoneFile[] {
    return this.ground.plan.ofRole('dns').map(({ id }) => this.zones.file(id))
  }

  private async viewResolver(resolver: PlannedOf<'resolver'>): Promise<ResolverView> {
    const place = { service: resolver.id, address: resolver.address, port: resolver.port }
    try {
      const { entries, figures, recent } = await dumpCache(resolver)
      const { queries, hits, upstreamQueries } = figures
      const nowMs = Date.now()
      const known = entries.map((entry) => {
        const stale = this.files().map((file) => file.stale(entry.name, entry.type, entry.data, nowMs))
        return { ...entry, stale: stale.find((one) => one !== null) ?? null }
      })
      return { ...place, failure: null, entries: known, recent, queries, hits, upstreamQueries }
    } catch (error) {
      const nothing = { entries: [], recent: [], queries: 0, hits: 0, upstreamQueries: 0 }
      return { ...place, failure: toFailure(error), ...nothing }
    }
  }

  private resolver(service: string | undefined): PlannedOf<'resolver'> {
    const all = this.ground.plan.ofRole('resolver')
    const found = service === undefined ? all[0] : all.find(({ id }) => id === service)
    if (all.length === 0) throw new LabError('RESOLVER_NONE')
    if (found === undefined)
      throw new LabError('SERVICE_UNKNOWN', { service: service ?? '', known: all.map(({ id }) => id).join(', ') })
    return found
  }

  /** `www` is enough for a name of the lab's zone. */
  private fullName(name: string): string {
    if (name.includes('.')) return name
    const { domain } = this.ground.plan.topology
    return name === '@' ? domain : `${name}.${domain}`
  }
}
