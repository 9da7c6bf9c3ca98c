import {
  BEGUN_DEPLOYMENT,
  LabError,
  toFailure,
  type CanaryFigures,
  type DeploymentPlan,
  type DeploymentState,
  type DeployStep,
  type Failure,
  type HostDeployment,
  type NewLabEvent,
  type PlannedStep,
} from '../../contract/index.ts'
import type { DeploymentJournal } from './journal.ts'

/** Progress of a step is told at most so often. */
const PROGRESS_EVERY_MS = 100

/** A deployment as it is told to everybody, step by step, and written into the journal. */
export class DeploymentRecord {
  private state: DeploymentState
  private readonly emit: (event: NewLabEvent) => void
  private readonly journal: DeploymentJournal
  private abandoned = false

  constructor(id: number, plan: DeploymentPlan, emit: (event: NewLabEvent) => void, journal: DeploymentJournal) {
    const { release, strategy, hosts, steps, rule } = plan
    this.emit = emit
    this.journal = journal
    this.state = { ...BEGUN_DEPLOYMENT, id, release, strategy, hosts, plan: steps, rule, startedAtMs: Date.now() }
    this.publish({})
  }

  get current(): DeploymentState {
    return this.state
  }

  /** A person wants it to end. */
  requestStop(): void {
    this.publish({ stopped: true })
  }

  /** The lab ends: nobody is told anything any more, and the journal keeps what it says. */
  abandon(): void {
    this.abandoned = true
  }

  /** Throws when a person, or the end of the lab, stopped it. */
  readonly halt = (): void => {
    if (this.abandoned || this.state.stopped) throw new LabError('DEPLOY_STOPPED', { release: this.state.release })
  }

  get isAbandoned(): boolean {
    return this.abandoned
  }

  /** Runs a step and tells its begin, progress and end. Answers why it failed, or null. Never rejects. */
  async step(
    step: PlannedStep,
    planned: number | null,
    work: (onProgress: (done: number, of: number) => void) => Promise<void>,
  ): Promise<Failure | null> {
    const at = this.state.steps.length
    const begun: DeployStep = { ...step, startMs: Date.now(), endMs: null, ok: null, progress: null, planned }
    this.publish({ steps: [...this.state.steps, begun] })
    let toldAt = 0
    const onProgress = (done: number, of: number): void => {
      const now = performance.now()
      const last = done >= of
      this.changeStep(at, { progress: { done, of } }, last || now - toldAt >= PROGRESS_EVERY_MS)
      if (last || now - toldAt >= PROGRESS_EVERY_MS) toldAt = now
    }
    let failure: Failure | null = null
    try {
      if (!this.abandoned) await this.journal.step(step)
      await work(onProgress)
    } catch (error) {
      failure = toFailure(error)
    }
    this.changeStep(at, { endMs: Date.now(), ok: failure === null }, true)
    return failure
  }

  canary(figures: CanaryFigures): void {
    this.publish({ canary: figures })
  }

  finishHost(result: HostDeployment): void {
    const others = this.state.results.filter(({ host }) => host !== result.host)
    this.publish({ results: [...others, result] })
  }

  finish(end: Pick<DeploymentState, 'ok' | 'rolledBack' | 'failure'>): void {
    this.publish({ ...end, endedAtMs: Date.now() })
  }

  addTraffic(traffic: DeploymentState['traffic'], trafficRun: number | null): DeploymentState {
    this.publish({ traffic, trafficRun })
    return this.state
  }

  private changeStep(at: number, change: Partial<DeployStep>, tell: boolean): void {
    const steps = this.state.steps.map((step, index) => (index === at ? { ...step, ...change } : step))
    if (tell) this.publish({ steps })
    else this.state = { ...this.state, steps }
  }

  private publish(change: Partial<DeploymentState>): void {
    this.state = { ...this.state, ...change }
    if (!this.abandoned) this.emit({ type: 'deploymentProgressed', deployment: this.state })
  }
}
