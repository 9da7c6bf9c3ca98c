import {
  faultPlace,
  LabError,
  networkFaultObstacle,
  OBSTACLE_SENTENCES,
  serviceFaultObstacle,
  toFailure,
  type FaultEnd,
  type FaultObstacle,
  type FaultKind,
  type FaultOrder,
  type FaultSpec,
  type FaultState,
  type LabEvent,
  type RepairReport,
} from '../../contract/index.ts'
import type { PlannedService } from '../plan/lab-plan.ts'
import type { FaultGround, SetFault } from './fault-driver.ts'
import { bringUpInOrder } from './bring-up.ts'
import { proveRepaired } from './prove-repaired.ts'
import { driverOf } from './registry.ts'
import { repairOrder } from './repair-order.ts'

/** How often it is measured what faults do. */
const MEASURE_EVERY_MS = 1000

interface ActiveFault {
  state: FaultState
  readonly set: SetFault
  timer: NodeJS.Timeout | null
}

/**
 * What is broken on purpose in a lab. Faults are set and cleared one at a time, in the order asked: two that take hold
 * of the same process must not meet half-way.
 */
export class Faults {
  private readonly ground: FaultGround
  private readonly active = new Map<number, ActiveFault>()
  private lastId = 0
  private turn: Promise<unknown> = Promise.resolve()
  private measuring: NodeJS.Timeout | null = null
  private readonly endObserving: () => void
  private disposed = false

  constructor(ground: FaultGround) {
    this.ground = ground
    this.endObserving = ground.events.observe((event) => this.endWhatIsUndone(event))
  }

  /** Resolves when the fault is set. Throws `LabError` with nothing left of it. */
  add(order: FaultOrder): Promise<FaultState> {
    return this.inTurn(() => this.setNow(order))
  }

  /** Ends a fault; resolves when the lab is as before. Throws `FAULT_UNKNOWN`, or why it could not be cleared. */
  clear(id: number): Promise<void> {
    return this.inTurn(() => this.clearNow(this.find(id), 'person'))
  }

  /** Ends every fault, brings back what was ended by hand, and proves that the lab is as before. */
  clearAll(): Promise<RepairReport> {
    return this.inTurn(() => this.repairAll())
  }

  /** The lab ends: timers stop, and nothing is set any more. What is set ends with the processes. */
  dispose(): void {
    this.disposed = true
    this.endObserving()
    if (this.measuring !== null) clearInterval(this.measuring)
    for (const { timer } of this.active.values()) if (timer !== null) clearTimeout(timer)
    this.active.clear()
  }

  /** Throws `HOST_OFF` when the host of a service has no power. */
  requirePower({ id, host }: Pick<PlannedService, 'id' | 'host'>): void {
    const isOff = [...this.active.values()].some(
      ({ state: { spec, phase } }) => spec.fault === 'power-off' && spec.host === host && phase !== 'clearing',
    )
    if (isOff) throw new LabError('HOST_OFF', { host, service: id })
  }

  private inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.turn.then(() => {
      if (this.disposed) throw new LabError('LAB_NOT_RUNNING')
      return work()
    })
    this.turn = done.catch(() => undefined)
    return done
  }

  private find(id: number): ActiveFault {
    const fault = this.active.get(id)
    if (fault === undefined)
      throw new LabError('FAULT_UNKNOWN', { id, known: [...this.active.keys()].join(', ') || '-' })
    return fault
  }

  private async setNow({ spec, forMs }: FaultOrder): Promise<FaultState> {
    const driver = this.driverFor(spec)
    const { events } = this.ground
    this.lastId += 1
    const setting: FaultState = {
      id: this.lastId,
      spec,
      phase: 'setting',
      setAtMs: Date.now(),
      endsAtMs: null,
      measured: null,
      failure: null,
    }
    events.emit({ type: 'faultChanged', fault: setting })
    let set: SetFault
    try {
      set = await driver.set(spec, this.ground)
    } catch (error) {
      events.emit({ type: 'faultCleared', fault: { ...setting, failure: toFailure(error) }, by: 'refused' })
      throw error
    }
    const setAtMs = Date.now()
    const state: FaultState = {
      ...setting,
      phase: 'active',
      setAtMs,
      endsAtMs: forMs === undefined ? null : setAtMs + forMs,
    }
    const fault: ActiveFault = { state, set, timer: null }
    if (forMs !== undefined) fault.timer = setTimeout(() => this.endByTimer(fault), forMs)
    this.active.set(state.id, fault)
    events.emit({ type: 'faultChanged', fault: state })
    this.measuring ??= setInterval(() => this.measure(), MEASURE_EVERY_MS)
    return state
  }

  private driverFor(spec: FaultSpec): NonNullable<ReturnType<typeof driverOf>> {
    this.requirePlace(spec)
    const place = faultPlace(spec)
    const same = [...this.active.values()].find(({ state }) => isSame(state.spec, spec))
    if (same) throw new LabError('FAULT_EXISTS', { place, id: same.state.id })
    const obstacle = this.obstacleOf(spec)
    if (obstacle !== null)
      throw new LabError('FAULT_UNSUPPORTED', { fault: spec.fault, place, detail: OBSTACLE_SENTENCES[obstacle] })
    const driver = driverOf(spec.fault)
    if (driver === null)
      throw new LabError('FAULT_UNSUPPORTED', { fault: spec.fault, place, detail: 'Hoplab cannot do it yet.' })
    return driver
  }

  private obstacleOf(spec: FaultSpec): FaultObstacle | null {
    const { events, service, actions } = this.ground
    if (spec.target !== 'service') return networkFaultObstacle(events.state.network)
    return serviceFaultObstacle(spec.fault, service(spec.service).state, actions)
  }

  private requirePlace(spec: FaultSpec): void {
    const { hosts, links } = this.ground.events.state
    if (spec.target === 'service') this.ground.service(spec.service)
    else if (spec.target === 'link') {
      if (!links.some(({ id }) => id === spec.link))
        throw new LabError('LINK_UNKNOWN', { link: spec.link, known: links.map(({ id }) => id).join(', ') })
    } else if (!hosts.some(({ id }) => id === spec.host))
      throw new LabError('HOST_UNKNOWN', { host: spec.host, known: hosts.map(({ id }) => id).join(', ') })
  }

  private endByTimer(fault: ActiveFault): void {
    // Why it could not be cleared is in the fault's state.
    this.inTurn(async () => {
      if (this.active.has(fault.state.id)) await this.clearNow(fault, 'timer')
    }).catch(() => undefined)
  }

  private async clearNow(fault: ActiveFault, by: FaultEnd): Promise<void> {
    if (fault.timer !== null) clearTimeout(fault.timer)
    // Afterwards nothing is left that could be measured.
    const measured = this.measureOf(fault)
    this.change(fault, { phase: 'clearing', endsAtMs: null, measured, failure: null })
    try {
      await fault.set.clear()
    } catch (error) {
      this.change(fault, { phase: 'failed', failure: toFailure(error) })
      throw error
    }
    this.end(fault, by)
  }

  private change(fault: ActiveFault, patch: Partial<FaultState>): void {
    fault.state = { ...fault.state, ...patch }
    if (!this.disposed) this.ground.events.emit({ type: 'faultChanged', fault: fault.state })
  }

  private end(fault: ActiveFault, by: FaultEnd): void {
    if (fault.timer !== null) clearTimeout(fault.timer)
    if (!this.active.delete(fault.state.id) || this.disposed) return
    this.ground.events.emit({
      type: 'faultCleared',
      fault: { ...fault.state, measured: by === 'itself' ? this.measureOf(fault) : fault.state.measured },
      by,
    })
    if (this.active.size > 0 || this.measuring === null) return
    clearInterval(this.measuring)
    this.measuring = null
  }

  /** A killed service that somebody starts is not killed any more: its fault is over, and the log says so. */
  private endWhatIsUndone(event: LabEvent): void {
    for (const fault of this.active.values()) {
      if (fault.state.phase === 'clearing' || fault.set.isUndoneBy?.(event) !== true) continue
      // Those who observe the same event hear of it first.
      queueMicrotask(() => {
        if (fault.state.phase !== 'clearing') this.end(fault, 'itself')
      })
    }
  }

  private async repairAll(): Promise<RepairReport> {
    const { events, plan, service } = this.ground
    const cleared: number[] = []
    for (const fault of repairOrder([...this.active.values()])) {
      // Gone meanwhile: clearing another one undid it.
      if (!this.active.has(fault.state.id)) continue
      try {
        await this.clearNow(fault, 'repair-all')
        cleared.push(fault.state.id)
      } catch {
        // It stays, with its failure, and the proof names it.
      }
    }
    // What did not start is found by the proof.
    await bringUpInOrder(
      plan.services.map(({ id }) => id),
      plan,
      service,
    ).catch(() => undefined)
    const checks = await proveRepaired(this.ground)
    const report: RepairReport = { cleared, checks, asBefore: checks.every(({ ok }) => ok) }
    if (!this.disposed) events.emit({ type: 'labRepaired', report })
    return report
  }

  private measure(): void {
    const faults = [...this.active.values()].map((fault) => ({ id: fault.state.id, measured: this.measureOf(fault) }))
    for (const { id, measured } of faults) {
      const fault = this.active.get(id)
      if (fault !== undefined) fault.state = { ...fault.state, measured }
    }
    this.ground.events.emit({ type: 'faultsMeasured', faults })
  }

  private measureOf({ set }: ActiveFault): NonNullable<FaultState['measured']> {
    return { atMs: Date.now(), figures: set.measure() }
  }
}

/** A DNS server gives one kind of bad answer at a time. */
function isSameKind(one: FaultKind, other: FaultKind): boolean {
  return one === other || (one.startsWith('dns-') && other.startsWith('dns-'))
}

/** The same kind at the same place; two directions of a link are two places, both of them together is either. */
function isSame(one: FaultSpec, other: FaultSpec): boolean {
  if (!isSameKind(one.fault, other.fault) || one.target !== other.target || faultPlace(one) !== faultPlace(other))
    return false
  if (!('direction' in one) || !('direction' in other)) return true
  return one.direction === other.direction || one.direction === 'both' || other.direction === 'both'
}
