import {
  idleCapacity,
  LabError,
  type AppCapacity,
  type CapacitySetting,
  type LabState,
  type NewLabEvent,
} from '../../contract/index.ts'
import type { CapacityReport } from '../../protocols/capacity/report.ts'
import { workersOf } from '../../protocols/topology/edit.ts'
import type { LabPlan, PlannedOf } from '../plan/lab-plan.ts'
import type { Service } from '../supervisor/service.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { writeCapacity } from './capacity-files.ts'
import { RampRunner } from './ramp-runner.ts'

/** What capacity needs of the lab. */
export interface CapacityGround {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly traffic: TrafficRunner
  service(id: string): Service
  /** Whether a service of the plan is there already: a new server is planned before it is made. */
  has(id: string): boolean
  state(): LabState
  emit(event: NewLabEvent): void
}

const SAMPLE_MS = 1000
/** A server looks at its file ten times a second. */
const TAKEN_MS = 5000

/** The modelled workers of the application servers: how they are set, and how they do. */
export class CapacityDesk {
  readonly ramps: RampRunner
  private readonly ground: CapacityGround
  private readonly last = new Map<string, CapacityReport>()
  private readonly waiting = new Map<string, Set<(report: CapacityReport) => void>>()
  private timer: NodeJS.Timeout | null = null
  private told = ''

  constructor(ground: CapacityGround) {
    this.ground = ground
    this.ramps = new RampRunner({ ...ground, settingOf: (id) => this.settingOf(id) })
  }

  start(): void {
    this.timer ??= setInterval(() => this.sample(), SAMPLE_MS)
    this.sample()
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.ramps.dispose()
  }

  /** How the workers of an application server are set now; null: not modelled. */
  settingOf(id: string): CapacitySetting | null {
    const spec = this.appServers().find((app) => app.id === id)?.spec
    return spec === undefined ? null : workersOf(spec)
  }

  /**
   * The application server works as the plan says: resolves when its process does, or at once when none runs. Throws
   * `CAPACITY_SILENT`.
   */
  async carryOut(app: PlannedOf<'app-server'>): Promise<void> {
    const { id } = app
    const setting = workersOf(app.spec)
    const taken = this.ground.service(id).state.state === 'ready' ? this.taken(id, setting) : Promise.resolve()
    await writeCapacity(app, this.ground.workspace, setting)
    await taken
    this.ground.emit({ type: 'capacityChanged', service: id, setting })
    this.sample()
  }

  /** The present process of an application server has told how its workers do. */
  noteReport(id: string, report: CapacityReport): void {
    this.waiting.get(id)?.forEach((take) => take(report))
  }

  private taken(id: string, setting: CapacitySetting | null): Promise<void> {
    const wanted = JSON.stringify(setting)
    if (JSON.stringify(this.ground.service(id).capacity?.setting) === wanted) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const takers = this.waiting.get(id) ?? new Set()
      this.waiting.set(id, takers)
      const end = (): void => {
        clearTimeout(timer)
        takers.delete(take)
      }
      const timer = setTimeout(() => {
        end()
        reject(new LabError('CAPACITY_SILENT', { service: id, seconds: TAKEN_MS / 1000 }))
      }, TAKEN_MS)
      const take = (report: CapacityReport): void => {
        if (JSON.stringify(report.setting) !== wanted) return
        end()
        resolve()
      }
      takers.add(take)
    })
  }

  private appServers() {
    return this.ground.plan.ofRole('app-server')
  }

  private sample(): void {
    const there = this.appServers().filter(({ id }) => this.ground.has(id))
    const capacity = there.map(({ id }) => this.measure(id))
    const news = JSON.stringify(capacity)
    if (news === this.told) return
    this.told = news
    this.ground.emit({ type: 'capacitySampled', capacity })
  }

  private measure(id: string): AppCapacity {
    const setting = this.settingOf(id)
    const now = this.ground.service(id).capacity
    const before = this.last.get(id)
    if (now === null) {
      this.last.delete(id)
      return idleCapacity(id, setting)
    }
    this.last.set(id, now)
    const { served, rejected, busy, queue } = now.figures
    const idle = { ...idleCapacity(id, setting), served, rejected, busy, queue }
    // Another process counts from nought; one that reports nothing new stands still.
    if (before === undefined || now.atMs <= before.atMs || served < before.figures.served) return idle
    const ms = now.atMs - before.atMs
    const perSecond = (count: number): number => Math.round((count * 10_000) / ms) / 10
    return {
      ...idle,
      busy: Math.round(((now.figures.busyMs - before.figures.busyMs) / ms) * 100) / 100,
      queue: Math.round(((now.figures.queueMs - before.figures.queueMs) / ms) * 100) / 100,
      servedPerSecond: perSecond(served - before.figures.served),
      rejectedPerSecond: perSecond(rejected - before.figures.rejected),
    }
  }
}
