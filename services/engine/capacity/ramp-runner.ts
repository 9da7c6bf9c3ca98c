import {
  LabError,
  RAMP_LIMITS,
  toFailure,
  type CapacitySetting,
  type RampOrder,
  type RampServer,
  type RampState,
  type RampStep,
  type TrafficSettings,
} from '../../contract/index.ts'
import { findKnee, isSaturated, predictCapacity } from '../../protocols/capacity/knee.ts'
import type { CapacityReport } from '../../protocols/capacity/report.ts'
import type { TrafficRun } from '../traffic/traffic-run.ts'
import type { CapacityGround } from './capacity-desk.ts'

/** The first part of a step fills queues; it is sent, but not measured. */
const SETTLE_SHARE = 0.25
const DEFAULT_HOLD_SECONDS = 2
/** Reports come four times a second. */
const REPORT_MS = 250

export interface RampGround extends CapacityGround {
  settingOf(id: string): CapacitySetting | null
}

/** Ramps of traffic: one at a time, in one run of the load generator, until the site is well beyond its knee. */
export class RampRunner {
  private readonly ground: RampGround
  private current: RampState | null = null
  private run: TrafficRun | null = null
  private stopped = false
  private lastId = 0

  constructor(ground: RampGround) {
    this.ground = ground
  }

  /** Resolves when the ramp is over. Throws `RAMP_BUSY`, `RAMP_ORDER_INVALID`, and what the traffic throws. */
  async start(order: RampOrder): Promise<RampState> {
    if (this.current !== null) throw new LabError('RAMP_BUSY')
    const plan = planOf(order)
    this.stopped = false
    this.lastId += 1
    const setting = this.ground.plan
      .ofRole('app-server')
      .map(({ id }) => ({ service: id, setting: this.ground.settingOf(id) }))
    const { steps, ...rest } = plan
    const first: RampState = {
      ...{ id: this.lastId, label: order.label ?? '', state: 'running', setting, ...rest },
      ...{ startedAtMs: Date.now(), endedAtMs: null, steps: [], stepsInAll: steps.length },
      ...{ knee: null, prediction: this.predict(), failure: null },
    }
    this.current = first
    try {
      this.run = await this.ground.traffic.start(
        {
          rate: plan.from,
          seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
          connections: 'keep-alive',
          urls: [{ url: plan.url }],
          label: first.label === '' ? 'ramp' : `ramp: ${first.label}`,
        },
        steps,
      )
    } catch (error) {
      this.current = null
      throw error
    }
    this.tell({})
    const end = await this.measure(this.run, steps).then(
      (): Partial<RampState> => ({ state: this.stopped ? 'stopped' : 'finished' }),
      (error: unknown): Partial<RampState> => ({ state: 'failed', failure: toFailure(error) }),
    )
    if (this.run.isRunning) await this.run.stop()
    this.run = null
    this.tell({ ...end, endedAtMs: Date.now() })
    const over = this.current
    this.current = null
    return over
  }

  /** Throws `RAMP_NONE`. */
  async stop(): Promise<void> {
    if (this.run === null) throw new LabError('RAMP_NONE')
    this.stopped = true
    await this.run.stop()
  }

  /** Throws `RAMP_UNKNOWN`, and `RAMP_BUSY` for the one that runs. */
  forget(id: number): void {
    if (this.current?.id === id) throw new LabError('RAMP_BUSY')
    const known = this.ground.state().ramps.map((ramp) => ramp.id)
    if (!known.includes(id)) throw new LabError('RAMP_UNKNOWN', { id, known: known.join(', ') || '-' })
    this.ground.emit({ type: 'rampForgotten', ramp: id })
  }

  /** The lab is stopped. */
  dispose(): void {
    this.stopped = true
  }

  private tell(change: Partial<RampState>): void {
    if (this.current === null) return
    const { steps } = { ...this.current, ...change }
    this.current = { ...this.current, ...change, knee: findKnee(steps) }
    this.ground.emit({ type: 'rampProgressed', ramp: this.current })
  }

  private async measure(run: TrafficRun, steps: NonNullable<TrafficSettings['steps']>): Promise<void> {
    let fromMs = run.state.startedAtMs
    const done: RampStep[] = []
    for (const { rate, seconds } of steps) {
      const toMs = fromMs + seconds * 1000
      const beginMs = fromMs + seconds * 1000 * SETTLE_SHARE
      await this.until(run, beginMs)
      const before = this.reports()
      await this.until(run, toMs)
      if (run.isOver && Date.now() < toMs) return
      const after = this.reports()
      await run.settledUntil(toMs)
      done.push(this.describe(run, rate, beginMs, toMs, before, after))
      this.tell({ steps: [...done] })
      if (isSaturated(done)) return
      fromMs = toMs
    }
  }

  private describe(
    run: TrafficRun,
    offered: number,
    beginMs: number,
    toMs: number,
    before: ReadonlyMap<string, CapacityReport>,
    after: ReadonlyMap<string, CapacityReport>,
  ): RampStep {
    const result = run.resultBetween(beginMs, toMs)
    const seconds = (toMs - beginMs) / 1000
    const { count, meanMs: mean } = run.completedBetween(beginMs, toMs)
    const achieved = round(count / seconds)
    // Answers with a status of failure are told by their status.
    const failed = { ...result.failed, status: 0, ...result.statuses }
    const servers = [...after].flatMap(([service, now]) => serverOf(service, before.get(service), now))
    const sum = (pick: (server: RampServer) => number): number | null =>
      servers.length === 0 ? null : round(servers.reduce((all, server) => all + pick(server), 0))
    return {
      offered,
      achieved,
      errors: Object.fromEntries(
        Object.entries(failed).flatMap(([kind, count]) => (count > 0 ? [[kind, round(count / seconds)]] : [])),
      ),
      concurrency: sum(({ busy, queue }) => busy + queue),
      queue: sum(({ queue }) => queue),
      little: mean === null ? null : round((achieved * mean) / 1000),
      latency:
        result.latencyMs === null || mean === null
          ? null
          : { mean: round(mean), p50: result.latencyMs.p50, p95: result.latencyMs.p95, p99: result.latencyMs.p99 },
      servers,
      behind: result.behind,
    }
  }

  /** What the application servers with a model told last. */
  private reports(): ReadonlyMap<string, CapacityReport> {
    const apps = this.ground.plan.ofRole('app-server').filter(({ id }) => this.ground.settingOf(id) !== null)
    return new Map(
      apps.flatMap(({ id }) => {
        const report = this.ground.service(id).capacity
        return report === null ? [] : [[id, report] as const]
      }),
    )
  }

  /** At this moment, or when the run is over before. */
  private async until(run: TrafficRun, atMs: number): Promise<void> {
    const waitMs = atMs - Date.now()
    if (waitMs <= 0 || run.isOver) return
    let timer: NodeJS.Timeout | undefined
    await Promise.race([run.finished, new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)))])
    clearTimeout(timer)
  }

  private predict(): RampState['prediction'] {
    const { plan } = this.ground
    const balancer = plan.ofRole('load-balancer')[0]
    const apps = new Map(plan.ofRole('web-server').map(({ id, spec }) => [id, spec.application]))
    if (balancer === undefined) {
      const app = plan.entry.spec.role === 'web-server' ? plan.entry.spec.application : null
      if (app === null) return null
      return predictCapacity(null, [{ service: app, setting: this.ground.settingOf(app), weight: 1, backup: false }])
    }
    const { algorithm, servers } = balancer.spec
    const up = servers.filter(({ service }) => this.ground.service(service).state.state === 'ready')
    const known = up.flatMap(({ service, weight, backup }) => {
      const app = apps.get(service)
      return app === undefined ? [] : [{ service: app, setting: this.ground.settingOf(app), weight, backup }]
    })
    return predictCapacity(algorithm, known)
  }
}

/** A server's figures between two of its reports. Those that report nothing had nothing to do. */
function serverOf(service: string, before: CapacityReport | undefined, now: CapacityReport): readonly RampServer[] {
  if (before === undefined || now.figures.served < before.figures.served) return []
  const ms = Math.max(now.atMs - before.atMs, REPORT_MS)
  const change = (pick: (report: CapacityReport) => number): number => pick(now) - pick(before)
  return [
    {
      service,
      served: round((change(({ figures }) => figures.served) * 1000) / ms),
      rejected: round((change(({ figures }) => figures.rejected) * 1000) / ms),
      busy: round(change(({ figures }) => figures.busyMs) / ms),
      queue: round(change(({ figures }) => figures.queueMs) / ms),
    },
  ]
}

interface RampPlan extends Pick<RampState, 'from' | 'to' | 'step' | 'holdSeconds' | 'url'> {
  readonly steps: NonNullable<TrafficSettings['steps']>
}

/** What a ramp does. Throws `RAMP_ORDER_INVALID`. */
function planOf(order: RampOrder): RampPlan {
  const { to } = order
  const step = order.step ?? Math.max(1, round(to / 20))
  const from = Math.min(order.from ?? Math.max(1, step * 2), to)
  const holdSeconds = order.holdSeconds ?? DEFAULT_HOLD_SECONDS
  const count = Math.floor((to - from) / step + 1e-9) + 1
  const invalid = (detail: string): LabError => new LabError('RAMP_ORDER_INVALID', { detail })
  if (order.from !== undefined && order.from > to) throw invalid(`it begins at ${order.from} and ends at ${to}`)
  if (count > RAMP_LIMITS.maxSteps)
    throw invalid(`it would have ${count} steps, and ${RAMP_LIMITS.maxSteps} are the most; choose a larger step`)
  if (count * holdSeconds > RAMP_LIMITS.maxSeconds)
    throw invalid(`it would take ${count * holdSeconds} s, and ${RAMP_LIMITS.maxSeconds} s are the most`)
  const steps = Array.from({ length: count }, (_, at) => ({ rate: round(from + at * step), seconds: holdSeconds }))
  return { from, to, step, holdSeconds, url: order.url ?? '/', steps }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
