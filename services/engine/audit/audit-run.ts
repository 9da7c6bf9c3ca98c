import {
  AUDIT_CAPABILITIES,
  auditKey,
  LabError,
  toFailure,
  type AuditCapability,
  type AuditComponent,
  type AuditRow,
  type AuditState,
  type AuditStep,
} from '../../contract/index.ts'
import { differenceOf } from '../../protocols/audit/compare.ts'
import { Site } from '../../protocols/audit/site.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { linksOf } from '../../protocols/topology/links.ts'
import type { TrafficRun } from '../traffic/traffic-run.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'
import type { BreakTools } from './break-part.ts'
import { cleanGuestbook } from './guestbook.ts'
import { judge, MOST_WINDOWS, WINDOW } from './judge.ts'
import { AUDIT_PATHS, PROBE_LIMIT_MS, Probes } from './probes.ts'
import { provePart, untilWhole, whatIsWrong, type ProofGround } from './prove-part.ts'
import { untilTrue } from './until-true.ts'

export interface AuditGround extends BreakTools {
  readonly plan: LabPlan
  readonly events: EventLog
  readonly traffic: TrafficRunner
  readonly deployments: { readonly busy: boolean }
}

/** Requests per second: enough to count what fails within a tenth of a second, too little to trouble a school machine. */
const RATE = 40
const BASELINE_LIMIT_MS = 1000 * WINDOW * MOST_WINDOWS
/** A generator that has nothing more to send ends at once; one that hangs must not hold up the repair. */
const TRAFFIC_END_MS = 5000

/** A person has stopped the audit. */
export class AuditStopped extends Error {}

/** One audit from its first request to the last check. */
export class AuditRun {
  private readonly ground: AuditGround
  private readonly site: Site
  private readonly wanted: readonly AuditRow[]
  private readonly signal: AbortSignal
  private readonly probes: Probes
  private current: AuditState

  constructor(ground: AuditGround, predicted: AuditState, wanted: ReadonlySet<string>, signal: AbortSignal) {
    const { topology } = ground.plan
    this.ground = ground
    this.site = new Site(topology, linksOf(topology))
    this.current = { ...predicted, phase: 'running', startedAtMs: Date.now(), rate: RATE }
    this.wanted = predicted.rows.filter((row) => wanted.has(auditKey(row)))
    this.signal = signal
    this.probes = new Probes({ plan: ground.plan, entries: this.site.entries, dnsServers: this.site.dnsServers })
  }

  /** Rejects only when nothing was broken. */
  async run(): Promise<AuditState> {
    const { events } = this.ground
    events.emit({ type: 'auditStarted', audit: this.current })
    const onStop = (): void => this.publish({ phase: 'stopping' })
    this.signal.addEventListener('abort', onStop)
    let traffic: TrafficRun | null = null
    let failure: unknown = null
    try {
      traffic = await this.startTraffic()
      // An audit that was cut off with its lab may have left something.
      await cleanGuestbook(this.ground.plan)
      this.probes.start()
      const baseline = await this.findBaseline()
      for (const [at, row] of this.wanted.entries()) await this.proveRow(row, at, { traffic, baseline })
    } catch (error) {
      failure = error
    }
    this.signal.removeEventListener('abort', onStop)
    return this.finish(traffic, failure)
  }

  private async startTraffic(): Promise<TrafficRun> {
    const { plan, traffic } = this.ground
    // By their addresses: what DNS does is told by the visitors that ask it each time.
    const urls = this.site.entries.flatMap((id) => {
      const { address, port } = plan.service(id)
      return Object.values(AUDIT_PATHS).map((path) => ({ url: `http://${address}:${port}${path}` }))
    })
    return traffic.start({ rate: RATE, urls, connections: 'keep-alive', timeoutMs: PROBE_LIMIT_MS, label: 'audit' })
  }

  /** What works before anything is broken. Throws `AUDIT_NO_ANSWER`. */
  private async findBaseline(): Promise<readonly AuditCapability[]> {
    this.progress('baseline', 0, null)
    const fromMs = performance.now()
    const verdicts = (): readonly (readonly [AuditCapability, ReturnType<typeof judge>])[] =>
      AUDIT_CAPABILITIES.map((capability) => [capability, judge(this.probes.since(capability, fromMs), fromMs)])
    const isDecided = (): boolean => verdicts().every(([, verdict]) => verdict !== null)
    const { signal } = this
    await untilTrue(isDecided, this.tools, { limitMs: BASELINE_LIMIT_MS, signal })
    const good = verdicts().filter(([, verdict]) => verdict?.effect === 'survives' || verdict?.effect === 'degraded')
    const baseline = good.map(([capability]) => capability)
    if (baseline.length === 0)
      throw new LabError('AUDIT_NO_ANSWER', { detail: `nothing came from ${this.ground.plan.entryUrl}` })
    this.publish({ baseline })
    return baseline
  }

  private async proveRow(row: AuditRow, at: number, facts: Pick<ProofGround, 'traffic' | 'baseline'>): Promise<void> {
    this.signal.throwIfAborted()
    const { faults } = this.ground
    const { site, probes, signal } = this
    this.changeRow(row, { state: 'running' })
    try {
      const measured = await provePart(row, {
        ...{ site, probes, signal, faults, ...facts },
        events: this.ground.events,
        service: (id) => this.ground.service(id),
        tell: (step) => this.progress(step, at + 1, row),
      })
      const difference = differenceOf(row.predicted, measured)
      this.changeRow(row, { state: 'done', measured, difference, agree: difference === null })
    } catch (error) {
      const isOver = signal.aborted
      this.changeRow(row, isOver ? { state: 'waiting' } : { state: 'not-proved', failure: toFailure(error) })
      // What a lab cannot break is a row without proof; everything else that goes wrong ends the audit.
      if (isOver || !(error instanceof LabError) || error.code !== 'FAULT_UNSUPPORTED') throw error
    }
    await cleanGuestbook(this.ground.plan)
  }

  /** Whatever happened: nothing broken, nothing written, no traffic; and it is told whether that was reached. */
  private async finish(traffic: TrafficRun | null, failure: unknown): Promise<AuditState> {
    const { events, plan } = this.ground
    const isLabGone = this.signal.reason instanceof LabError
    const isStopped = this.signal.reason instanceof AuditStopped
    // Nobody is there any more who could be told; the lab goes down when this has ended.
    if (isLabGone) {
      await this.probes.stop()
      await cleanGuestbook(plan)
      return { ...this.current, phase: 'stopped', progress: null, endedAtMs: Date.now() }
    }
    let repaired = true
    if (failure !== null) repaired = await this.repairWhatIsLeft()
    await this.probes.stop()
    await this.endTraffic(traffic)
    await cleanGuestbook(plan)
    this.current = {
      ...this.current,
      phase: isStopped ? 'stopped' : failure === null ? 'done' : 'failed',
      endedAtMs: Date.now(),
      progress: null,
      repaired,
      failure: isStopped || failure === null ? null : toFailure(failure),
    }
    events.emit({ type: 'auditFinished', audit: this.current })
    return this.current
  }

  private async repairWhatIsLeft(): Promise<boolean> {
    const { events, faults } = this.ground
    this.progress('checking', this.current.progress?.row ?? 0, this.current.progress?.component ?? null)
    // The row has repaired what it broke. What is still not as before gets the repair of everything.
    const baseline = this.current.baseline ?? []
    const never = new AbortController().signal
    const component = this.current.progress?.component ?? { kind: 'service', id: this.ground.plan.entry.id }
    if (whatIsWrong(events)?.includes('fault') !== true) {
      const isWhole = await untilWhole(component, { ...this.tools, baseline, signal: never }).then(
        () => true,
        () => false,
      )
      if (isWhole) return true
    }
    return faults.clearAll().then(
      ({ asBefore }) => asBefore,
      () => false,
    )
  }

  private async endTraffic(run: TrafficRun | null): Promise<void> {
    if (run === null) return
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, TRAFFIC_END_MS)))
    await Promise.race([run.stop(), tooLong])
    clearTimeout(timer)
  }

  private get tools(): { readonly events: EventLog; readonly probes: Probes } {
    return { events: this.ground.events, probes: this.probes }
  }

  private progress(step: AuditStep, row: number, component: AuditComponent | null): void {
    const named = component === null ? null : { kind: component.kind, id: component.id }
    this.publish({ progress: { step, row, of: this.wanted.length, component: named } })
  }

  private changeRow(row: AuditRow, change: Partial<AuditRow>): void {
    const key = auditKey(row)
    this.publish({ rows: this.current.rows.map((one) => (auditKey(one) === key ? { ...one, ...change } : one)) })
  }

  private publish(change: Partial<AuditState>): void {
    this.current = { ...this.current, ...change }
    this.ground.events.emit({ type: 'auditProgressed', audit: this.current })
  }
}
