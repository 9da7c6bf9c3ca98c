import type { ChangeDone, DesignState, DesignStep, DesignWork, NewLabEvent } from '../../contract/index.ts'
import { balancersOf, pairsOf } from '../../protocols/topology/pairs.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { DesignHistory } from './design-history.ts'

/** What the design needs of the lab. */
export interface DesignGround {
  readonly plan: LabPlan
  /** The topology that the lab came with. */
  readonly shipped: Topology
  emit(event: NewLabEvent): void
}

/** The design of a running lab: its history, and what everybody is told of it. */
export class Designer {
  readonly history: DesignHistory
  private readonly ground: DesignGround
  private work: DesignWork | null = null

  constructor(ground: DesignGround) {
    this.ground = ground
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

  private state(): DesignState {
    const { changes, undoLabel, redoLabel, busy } = this.history
    const { topology } = this.ground.plan
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
    }
  }
}
