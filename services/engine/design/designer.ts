import {
  LabError,
  type CapacitySetting,
  type ChangeDone,
  type CommandInput,
  type DesignState,
  type DesignStep,
  type DesignWork,
  type NewLabEvent,
  type ServerPair,
} from '../../contract/index.ts'
import { balancersOf, pairsOf } from '../../protocols/topology/pairs.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { DesignHistory } from './design-history.ts'
import {
  addBlockOf,
  planAddPair,
  planAlgorithm,
  planPreset,
  planRemovePair,
  planReset,
  planServer,
  planWorkers,
  type DesignPlan,
} from './design-plans.ts'
import { Realizer, type BuildingSite } from './realizer.ts'

/** What the design needs of the lab. */
export interface DesignGround extends BuildingSite {
  /** The topology that the lab came with. */
  readonly shipped: Topology
  emit(event: NewLabEvent): void
  /** Keeps the design for the next start. Never rejects: what could not be written is told. */
  save(): Promise<void>
  /** Throws when something else is under way that must not meet a change of the design. */
  requireRest(): void
  /** Throws when something is still set at the host. */
  requireWhole(host: string): void
}

/** The design of a running lab: its history, its changes, and what everybody is told of it. */
export class Designer {
  readonly history: DesignHistory
  private readonly ground: DesignGround
  private readonly realizer: Realizer
  private work: DesignWork | null = null

  constructor(ground: DesignGround) {
    this.ground = ground
    this.realizer = new Realizer(ground)
    this.history = new DesignHistory({
      began: (label, way) => {
        this.work = { label, way, startedAtMs: Date.now(), step: null, place: null }
        this.tell(null)
      },
      ended: (done) => {
        this.work = null
        this.tell(done)
      },
    })
  }

  /** Answers when the new pair gets requests. Throws `PAIR_NO_MODEL`, `PAIR_LIMIT`, or why it could not be brought up. */
  async addPair(): Promise<ServerPair> {
    this.requireIdle()
    const plan = planAddPair(this.topology)
    await this.run(plan)
    return plan.pair
  }

  /** Throws `PAIR_UNKNOWN`, `PAIR_LAST`, `PAIR_NEEDED`, `DRAIN_TIMEOUT`. */
  removePair(host: string): Promise<ChangeDone> {
    return this.change((topology) => planRemovePair(topology, host))
  }

  setAlgorithm({ balancer, algorithm }: CommandInput<'setAlgorithm'>): Promise<ChangeDone> {
    return this.change((topology) => planAlgorithm(topology, balancer, algorithm))
  }

  setWeight({ weight, ...order }: CommandInput<'setServerWeight'>): Promise<ChangeDone> {
    return this.change((topology) => planServer(topology, order, { weight }))
  }

  setBackup({ backup, ...order }: CommandInput<'setServerBackup'>): Promise<ChangeDone> {
    return this.change((topology) => planServer(topology, order, { backup }))
  }

  applyPreset({ balancer, preset, active }: CommandInput<'applyPreset'>): Promise<ChangeDone> {
    return this.change((topology) => planPreset(topology, balancer, preset, active))
  }

  /** Answers when the application server works by it. Throws `SERVICE_UNKNOWN`, `CAPACITY_NOT_APP`, `CAPACITY_SILENT`. */
  async setWorkers({ service, setting }: CommandInput<'setCapacity'>): Promise<CapacitySetting | null> {
    this.ground.service(service)
    this.requireIdle()
    const plan = planWorkers(this.topology, service, setting)
    if (plan !== null) await this.run(plan)
    return setting
  }

  reset(): Promise<ChangeDone> {
    return this.change((topology) => planReset(topology, this.ground.shipped))
  }

  /** Tells everybody the design as it is now. */
  tell(done: ChangeDone | null = null): void {
    this.ground.emit({ type: 'designChanged', design: this.state(), done })
  }

  /** The change that is on its way has come to a step. */
  noteStep(step: DesignStep, place: string): void {
    if (this.work === null) return
    this.work = { ...this.work, step, place }
    this.tell()
  }

  /** Throws `DESIGN_BUSY` while a change is on its way. */
  requireIdle(): void {
    if (this.work !== null) throw new LabError('DESIGN_BUSY', { change: this.work.label.text })
  }

  private get topology(): Topology {
    return this.ground.plan.topology
  }

  /** The plan is made when nothing else is under way, so that it fits what it changes. */
  private async change(plan: (topology: Topology) => DesignPlan): Promise<ChangeDone> {
    this.requireIdle()
    return this.run(plan(this.topology))
  }

  private run({ label, forth, back }: DesignPlan): Promise<ChangeDone> {
    return this.history.run({
      label,
      apply: () => this.move(forth),
      revert: () => this.move(back),
    })
  }

  private async move(way: (topology: Topology) => Topology): Promise<void> {
    const { ground } = this
    ground.requireRest()
    const next = way(this.topology)
    for (const host of Object.keys(this.topology.hosts)) if (!(host in next.hosts)) ground.requireWhole(host)
    await this.realizer.move(next, (step, place) => this.noteStep(step, place))
    await ground.save()
  }

  private state(): DesignState {
    const { changes, undoLabel, redoLabel, busy } = this.history
    const { topology } = this
    return {
      changes,
      canUndo: !busy && undoLabel !== null,
      canRedo: !busy && redoLabel !== null,
      undoLabel,
      redoLabel,
      work: this.work,
      changed: JSON.stringify(topology) !== JSON.stringify(this.ground.shipped),
      pairs: pairsOf(topology),
      balancers: balancersOf(topology),
      addBlocked: addBlockOf(topology),
    }
  }
}
