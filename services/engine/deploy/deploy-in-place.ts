import {
  BEGUN_DEPLOYMENT,
  LabError,
  toFailure,
  type DeploymentState,
  type DeployStep,
  type Failure,
  type HostDeployment,
  type NewLabEvent,
} from '../../contract/index.ts'
import type { Service } from '../supervisor/service.ts'
import type { Codebase } from '../workspace/codebase.ts'

/** One server as a deployment sees it. */
export interface DeployTarget {
  readonly host: string
  readonly codebase: Codebase
  /** In the order in which they start; they stop in the reverse order. */
  readonly services: readonly Service[]
  /** Null when the release loads, or the sentence why not. */
  findFault(release: string): Promise<string | null>
}

export interface DeployPlan {
  readonly id: number
  readonly release: string
  readonly targets: readonly DeployTarget[]
  readonly emit: (event: NewLabEvent) => void
}

/**
 * In place, one server after the other: check that the release loads, stop the processes, switch `current`, start them.
 * A release that does not come up is taken back. Never rejects; what went wrong is in the result.
 */
export async function deployInPlace(plan: DeployPlan): Promise<DeploymentState> {
  const record = new DeploymentRecord(plan)
  for (const target of plan.targets) {
    const result = await deployToHost(target, plan, record)
    record.finishHost(result)
    // Servers that still run the old release are worth more than more servers that are down.
    if (!result.ok) break
  }
  return record.finish()
}

async function deployToHost(target: DeployTarget, plan: DeployPlan, record: DeploymentRecord): Promise<HostDeployment> {
  const { host, codebase } = target
  const from = await codebase.current()
  const base = { host, from, to: plan.release }
  const fault = await record.step('check', host, () => target.findFault(plan.release))
  if (fault.value !== null && fault.value !== undefined) {
    const failure = toFailure(new LabError('RELEASE_BROKEN', { release: plan.release, host, detail: fault.value }))
    return { ...base, ok: false, rolledBack: false, outageMs: 0, failure }
  }
  const wanted = target.services.filter((service) => isUp(service))
  const stoppedAt = Date.now()
  const moved = await moveTo(plan.release, target, wanted, plan, record)
  if (moved === null)
    return { ...base, ok: true, rolledBack: false, outageMs: outage(stoppedAt, wanted), failure: null }
  const rolledBack = from !== null && (await goBack(from, target, wanted, plan, record))
  return { ...base, ok: false, rolledBack, outageMs: outage(stoppedAt, wanted), failure: moved }
}

/** Servers on which nothing ran lose nothing while the code changes. */
function outage(stoppedAt: number, services: readonly Service[]): number {
  return services.length === 0 ? 0 : Date.now() - stoppedAt
}

function isUp(service: Service): boolean {
  const { state } = service.state
  return state !== 'stopped' && state !== 'failed'
}

/** Null, or why it did not work. */
async function moveTo(
  release: string,
  target: DeployTarget,
  services: readonly Service[],
  plan: DeployPlan,
  record: DeploymentRecord,
): Promise<Failure | null> {
  const { host } = target
  const stopped = await record.step('stop', host, () => stopAll(services))
  if (stopped.failure) return stopped.failure
  const switched = await record.step('switch', host, () => switchRelease(target, release, plan))
  if (switched.failure) return switched.failure
  const started = await record.step('start', host, () => startAll(services))
  return started.failure
}

async function goBack(
  from: string,
  target: DeployTarget,
  services: readonly Service[],
  plan: DeployPlan,
  record: DeploymentRecord,
): Promise<boolean> {
  const back = await record.step('roll-back', target.host, async () => {
    await stopAll(services)
    await switchRelease(target, from, plan)
    await startAll(services)
  })
  return back.failure === null
}

async function stopAll(services: readonly Service[]): Promise<void> {
  for (const service of [...services].reverse()) await service.stop()
}

/** At the same time: a web server does not need its application server to start. */
async function startAll(services: readonly Service[]): Promise<void> {
  const results = await Promise.allSettled(services.map((service) => service.act('start')))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function switchRelease(target: DeployTarget, release: string, plan: DeployPlan): Promise<void> {
  const from = await target.codebase.current()
  await target.codebase.switchTo(release)
  plan.emit({ type: 'hostReleaseSwitched', host: target.host, from, to: release })
}

interface StepOutcome<Value> {
  readonly value: Value | undefined
  readonly failure: Failure | null
}

/** The deployment as it is told to everybody, step by step. */
class DeploymentRecord {
  private state: DeploymentState
  private readonly emit: (event: NewLabEvent) => void

  constructor(plan: DeployPlan) {
    this.emit = plan.emit
    this.state = {
      ...BEGUN_DEPLOYMENT,
      strategy: 'rolling-no-drain',
      id: plan.id,
      release: plan.release,
      hosts: plan.targets.map((target) => target.host),
      startedAtMs: Date.now(),
    }
    this.publish({})
  }

  async step<Value>(name: DeployStep['name'], host: string, work: () => Promise<Value>): Promise<StepOutcome<Value>> {
    const begun: DeployStep = { name, host, startMs: Date.now(), endMs: null, ok: null, progress: null, planned: null }
    const before = this.state.steps
    this.publish({ steps: [...before, begun] })
    const outcome = await work().then(
      (value): StepOutcome<Value> => ({ value, failure: null }),
      (error: unknown): StepOutcome<Value> => ({ value: undefined, failure: toFailure(error) }),
    )
    const foundFault = name === 'check' && typeof outcome.value === 'string'
    this.publish({ steps: [...before, { ...begun, endMs: Date.now(), ok: outcome.failure === null && !foundFault }] })
    return outcome
  }

  finishHost(result: HostDeployment): void {
    this.publish({ results: [...this.state.results, result] })
  }

  finish(): DeploymentState {
    const { results, hosts } = this.state
    this.publish({ endedAtMs: Date.now(), ok: results.length === hosts.length && results.every((result) => result.ok) })
    return this.state
  }

  private publish(change: Partial<DeploymentState>): void {
    this.state = { ...this.state, ...change }
    this.emit({ type: 'deploymentProgressed', deployment: this.state })
  }
}
