import { auditKey, LabError, type AuditComponent, type AuditRow, type AuditState } from '../../contract/index.ts'
import { AuditRun, AuditStopped, type AuditGround } from './audit-run.ts'
import { predictedAudit } from './prediction.ts'
import { whatIsWrong } from './prove-part.ts'

/** A window that is closed does not wait longer for a repair; what is broken ends with the processes anyway. */
const DISPOSE_LIMIT_MS = 4000

interface RunningAudit {
  readonly ending: AbortController
  readonly done: Promise<AuditState>
}

/** The audits of a lab: at most one at a time. It leaves the lab repaired, however it ends. */
export class Audits {
  private readonly ground: AuditGround
  private running: RunningAudit | null = null
  private disposed = false

  constructor(ground: AuditGround) {
    this.ground = ground
  }

  get busy(): boolean {
    return this.running !== null
  }

  /** From the plan alone. */
  predict(): AuditState {
    return predictedAudit(this.ground.plan.topology)
  }

  /**
   * Breaks one part after the other; resolves when the lab is repaired. Throws `AUDIT_BUSY`, `DEPLOY_BUSY`,
   * `TRAFFIC_BUSY`, `STEP_BUSY`, `AUDIT_FAULTS_SET`, `AUDIT_NOT_READY`, `AUDIT_COMPONENT_UNKNOWN` before anything is
   * broken.
   */
  async start(only: readonly AuditComponent[] | undefined): Promise<AuditState> {
    this.requireQuiet()
    const audit = this.predict()
    const wanted = chosenRows(audit.rows, only)
    const ending = new AbortController()
    const done = new AuditRun(this.ground, audit, wanted, ending.signal).run()
    this.running = { ending, done }
    try {
      return await done
    } finally {
      this.running = null
    }
  }

  /** Ends it after what it is just doing; resolves when the lab is repaired. Throws `AUDIT_NONE`. */
  async stop(): Promise<AuditState> {
    if (this.running === null) throw new LabError('AUDIT_NONE')
    this.running.ending.abort(new AuditStopped())
    return this.running.done
  }

  /** The lab is stopped: what is broken is repaired on the way, and what was written is taken out. Never rejects. */
  async dispose(): Promise<void> {
    if (this.disposed) return
    this.disposed = true
    if (this.running === null) return
    this.running.ending.abort(new LabError('LAB_NOT_RUNNING'))
    const { done } = this.running
    let timer: NodeJS.Timeout | undefined
    const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, DISPOSE_LIMIT_MS)))
    await Promise.race([done.catch(() => undefined), tooLong])
    clearTimeout(timer)
  }

  private requireQuiet(): void {
    const { events, deployments, traffic } = this.ground
    const { state } = events
    if (this.disposed) throw new LabError('LAB_NOT_RUNNING')
    if (this.running !== null) throw new LabError('AUDIT_BUSY')
    if (state.phase !== 'running') throw new LabError('LAB_BUSY', { phase: state.phase })
    if (deployments.busy) throw new LabError('DEPLOY_BUSY')
    if (state.design.work !== null) throw new LabError('DESIGN_BUSY', { change: state.design.work.label.text })
    if (state.step?.phase === 'moving' || state.step?.phase === 'waiting') throw new LabError('STEP_BUSY')
    const faults = state.faults.map(({ spec }) => spec.fault).join(', ')
    if (faults !== '') throw new LabError('AUDIT_FAULTS_SET', { faults })
    const wrong = whatIsWrong(events)
    if (wrong !== null) throw new LabError('AUDIT_NOT_READY', { detail: wrong })
    const run = traffic.active
    if (run !== null) throw new LabError('TRAFFIC_BUSY', { id: run.id })
  }
}

/** Keys of the rows that are proved. Throws `AUDIT_COMPONENT_UNKNOWN`. */
function chosenRows(rows: readonly AuditRow[], only: readonly AuditComponent[] | undefined): ReadonlySet<string> {
  const all = new Set(rows.map(auditKey))
  if (only === undefined) return all
  for (const component of only) {
    if (all.has(auditKey(component))) continue
    const { kind, id } = component
    const known = rows.filter((row) => row.kind === kind).map((row) => row.id)
    throw new LabError('AUDIT_COMPONENT_UNKNOWN', { kind, id, known: known.join(', ') })
  }
  return new Set(only.map(auditKey))
}
