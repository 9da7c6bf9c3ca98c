import { setTimeout as pause } from 'node:timers/promises'
import {
  FAILOVER_WAYS,
  LabError,
  toFailure,
  type FailoverRow,
  type FailoverState,
  type FailoverWay,
  type NewLabEvent,
  type TrafficResult,
} from '../../contract/index.ts'
import type { LabPlan, PlannedOf, PlannedService } from '../plan/lab-plan.ts'
import { probeOnce } from '../supervisor/probe.ts'
import type { Service } from '../supervisor/service.ts'
import type { TrafficRun } from '../traffic/traffic-run.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'
import { flush } from './resolver-control.ts'
import type { Zones } from './zones.ts'

export interface FailoverGround {
  readonly plan: LabPlan
  readonly traffic: TrafficRunner
  readonly zones: Zones
  service(id: string): Service
  /** Whether the balancer thinks that a server is down. */
  isDown(service: string): boolean
  emit(event: NewLabEvent): void
}

/** A name of its own, so that what the student made of the zone stays as it is. */
const NAME = 'failover'
const DEFAULT_RATE = 20
/** Short, so that the comparison ends soon: the downtime of a changed record grows with it. */
const DEFAULT_TTL = 5
/** Traffic before the kill. */
const CALM_MS = 2000
/** After the moment at which the slowest way should be over. */
const REST_MS = 3000
/** A server that is gone refuses; one that is silent is given up after this. */
const TIMEOUT_MS = 1000
/** How often the balancer's word is looked at. */
const LOOK_MS = 25
const DEFAULT_CHECK = { intervalMs: 500, fall: 2 } as const

/** The same server is lost under the same traffic three times, and each time something else leads visitors past it. */
export class Failover {
  private readonly ground: FailoverGround
  private readonly closing = new AbortController()
  private readonly check: { readonly intervalMs: number; readonly fall: number }
  private state: FailoverState

  constructor(ground: FailoverGround, rate = DEFAULT_RATE, ttlSeconds = DEFAULT_TTL) {
    this.ground = ground
    this.check = ground.plan.ofRole('load-balancer')[0]?.spec.healthCheck ?? DEFAULT_CHECK
    this.state = {
      state: 'running',
      startedAtMs: Date.now(),
      rate,
      ttlSeconds,
      watchMs: this.check.intervalMs * this.check.fall + ttlSeconds * 1000 + REST_MS,
      resolutionMs: 1000 / rate,
      rows: FAILOVER_WAYS.map((way) => this.emptyRow(way)),
    }
  }

  stop(): void {
    this.closing.abort()
  }

  /** Resolves with the table. Throws `FAILOVER_IMPOSSIBLE`, `TRAFFIC_BUSY`. */
  async run(): Promise<FailoverState> {
    this.servers()
    const { active } = this.ground.traffic
    if (active !== null) throw new LabError('TRAFFIC_BUSY', { id: active.id })
    this.tell({})
    for (const { way, state } of this.state.rows) {
      if (this.closing.signal.aborted) break
      if (state === 'waiting') await this.measure(way)
    }
    const failed = this.state.rows.some((row) => row.state === 'failed')
    this.tell({ state: this.closing.signal.aborted ? 'stopped' : failed ? 'failed' : 'done' })
    return this.state
  }

  private async measure(way: FailoverWay): Promise<void> {
    this.patch(way, { state: 'running' })
    let killed: PlannedService | null = null
    try {
      await this.point(this.addressesFor(way))
      const resolver = this.ground.plan.resolver
      if (resolver !== null) await flush(resolver, null)
      const run = await this.startTraffic(way)
      try {
        await this.wait(CALM_MS)
        killed = this.victim(run)
        const killedAtMs = Date.now()
        this.patch(way, { killed: killed.id })
        await this.ground.service(killed.id).act('kill')
        if (way === 'changed-record') await this.changeRecord(killed, killedAtMs)
        if (way === 'balancer') await this.untilNoticed(killed, killedAtMs)
        await this.wait(Math.max(0, killedAtMs + this.state.watchMs - Date.now()))
        await run.stop()
        // What was under way at the kill was due a little earlier.
        const from = killedAtMs - TIMEOUT_MS / 2
        this.patch(way, { state: 'done', ...figuresOf(run.resultBetween(from, killedAtMs + this.state.watchMs)) })
      } finally {
        if (run.isRunning) await run.stop()
      }
    } catch (error) {
      const stopped = this.closing.signal.aborted
      this.patch(way, stopped ? { state: 'skipped' } : { state: 'failed', failure: toFailure(error) })
    } finally {
      await this.restore(killed)
    }
  }

  /** Everything as before: the server runs, the name is gone. */
  private async restore(killed: PlannedService | null): Promise<void> {
    try {
      if (killed !== null && this.ground.service(killed.id).state.state !== 'ready')
        await this.ground.service(killed.id).act('start')
      await this.point([])
    } catch {
      // The lab is being stopped; who goes on sees the service's own state and the zone.
    }
  }

  /** The balancer's own word for it; where it says nothing, there is no figure. */
  private async untilNoticed({ id }: PlannedService, killedAtMs: number): Promise<void> {
    while (Date.now() < killedAtMs + this.state.watchMs) {
      if (this.ground.isDown(id)) return this.patch('balancer', { noticedMs: Date.now() - killedAtMs })
      await this.wait(LOOK_MS)
    }
  }

  /** As a monitor does that probes like the balancer, and then changes the zone. */
  private async changeRecord(killed: PlannedService, killedAtMs: number): Promise<void> {
    const { address, port } = killed
    for (let missed = 0; missed < this.check.fall;) {
      await this.wait(this.check.intervalMs)
      missed = (await probeOnce({ kind: 'tcp', address, port })) ? 0 : missed + 1
    }
    const other = this.servers().find(({ id }) => id !== killed.id)
    await this.point(other === undefined ? [] : [other.address])
    this.patch('changed-record', { noticedMs: Date.now() - killedAtMs })
  }

  /** Lets the name have these addresses; none: there is no such name. */
  private async point(addresses: readonly string[]): Promise<void> {
    const { zones } = this.ground
    const file = zones.file()
    const before = await file.text()
    const records = addresses.map((data) => ({ name: NAME, type: 'A', ttl: this.state.ttlSeconds, data }))
    const after = file.changed(() => zones.withRecords(before, records, ({ name }) => name === NAME))
    if (after !== before) await zones.writeAside(file, after)
  }

  private startTraffic(way: FailoverWay): Promise<TrafficRun> {
    return this.ground.traffic.start({
      rate: this.state.rate,
      connections: 'new',
      urls: [{ url: this.urlOf(way) }],
      timeoutMs: TIMEOUT_MS,
      label: `failover: ${way}`,
    })
  }

  /** The server that answers now: of several addresses, a visitor's computer keeps to one while its TTL lasts. */
  private victim(run: TrafficRun): PlannedService {
    const [chain] = Object.entries(run.state.result.servers).sort(([, a], [, b]) => b - a)[0] ?? []
    const names = chain?.split(' ') ?? []
    const servers = this.servers()
    const found = servers.find(({ id }) => names.includes(id)) ?? servers[0]
    if (found === undefined) throw new LabError('FAILOVER_IMPOSSIBLE', { detail: 'no web server is left' })
    return found
  }

  private addressesFor(way: FailoverWay): readonly string[] {
    const addresses = this.servers().map(({ address }) => address)
    if (way === 'balancer') return this.balancer === null ? [] : [this.balancer.address]
    return way === 'round-robin' ? addresses : addresses.slice(0, 1)
  }

  private get balancer(): PlannedOf<'load-balancer'> | null {
    return this.ground.plan.ofRole('load-balancer')[0] ?? null
  }

  /** Two web servers on one port, since a name says nothing of ports. Throws `FAILOVER_IMPOSSIBLE`. */
  private servers(): readonly PlannedOf<'web-server'>[] {
    const all = this.ground.plan.ofRole('web-server')
    const same = all.filter(({ port }) => port === all[0]?.port)
    if (same.length < 2)
      throw new LabError('FAILOVER_IMPOSSIBLE', { detail: 'it takes two web servers that listen on the same port' })
    return same
  }

  private urlOf(way: FailoverWay): string {
    const { plan } = this.ground
    const port = (way === 'balancer' ? this.balancer : plan.ofRole('web-server')[0])?.port ?? plan.entry.port
    return `http://${NAME}.${plan.topology.domain}:${port}/`
  }

  private emptyRow(way: FailoverWay): FailoverRow {
    const skipped = way === 'balancer' && this.balancer === null
    const figures = { noticedMs: null, downtimeMs: null, due: 0, failed: 0 }
    return {
      way,
      state: skipped ? 'skipped' : 'waiting',
      url: this.urlOf(way),
      killed: null,
      failure: null,
      ...figures,
    }
  }

  private wait(ms: number): Promise<void> {
    return pause(ms, undefined, { signal: this.closing.signal })
  }

  private patch(way: FailoverWay, patch: Partial<FailoverRow>): void {
    this.tell({ rows: this.state.rows.map((row) => (row.way === way ? { ...row, ...patch } : row)) })
  }

  private tell(patch: Partial<FailoverState>): void {
    this.state = { ...this.state, ...patch }
    this.ground.emit({ type: 'failoverProgressed', failover: this.state })
  }
}

function figuresOf(result: TrafficResult): Pick<FailoverRow, 'downtimeMs' | 'due' | 'failed'> {
  const failed = Object.values(result.failed).reduce((sum, count) => sum + count, 0)
  return { downtimeMs: result.downtimeMs, due: result.due, failed }
}
