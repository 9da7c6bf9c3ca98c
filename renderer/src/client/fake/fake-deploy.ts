import { BEGUN_DEPLOYMENT } from '../../../../services/contract/deployments.ts'
import { LabError, toFailure } from '../../../../services/contract/errors.ts'
import type {
  DeploymentPlan,
  DeploymentState,
  DeployStep,
  HostDeployment,
  PlannedStep,
  ServiceState,
} from '../../../../services/contract/index.ts'
import { emptyTrafficResult, type TrafficResult } from '../../../../services/contract/traffic.ts'
import type { FakeLab } from './fake-lab.ts'

let lastId = 0
/** What a step takes that does nothing in the played lab. */
const STEP_MS = 250

/** Plays a deployment step by step as its plan says. A release named `broken` fails its check; a stop ends it after a step. */
export async function playDeployment(lab: FakeLab, plan: DeploymentPlan, rate?: number): Promise<DeploymentState> {
  const play = new FakeDeployment(lab, plan)
  await play.run()
  return rate === undefined ? play.state : play.publish({ traffic: fakeTraffic(rate, play.state), trafficRun: 1 })
}

/** Restarting all at once is the one that users notice. */
export function fakeTraffic(rate: number, { strategy, startedAtMs, endedAtMs, ok }: DeploymentState): TrafficResult {
  const seconds = Math.max(1, ((endedAtMs ?? startedAtMs) - startedAtMs) / 1000)
  const due = Math.round(rate * seconds)
  const downtimeMs = strategy === 'restart' && ok === true ? 850 : 0
  const failed = Math.min(due, Math.round((rate * downtimeMs) / 1000))
  return {
    ...emptyTrafficResult(rate),
    ...{ seconds, due, sent: due, succeeded: due - failed, downtimeMs, longestGapMs: downtimeMs, slow: 2 },
    failed: failed > 0 ? { refused: failed } : {},
  }
}

class FakeDeployment {
  state: DeploymentState
  readonly #lab: FakeLab
  readonly #from: ReadonlyMap<string, string | null>

  constructor(lab: FakeLab, { release, strategy, hosts, steps, rule }: DeploymentPlan) {
    this.#lab = lab
    this.#from = new Map(lab.state.hosts.map((host) => [host.id, host.release]))
    this.state = {
      ...BEGUN_DEPLOYMENT,
      ...{ id: ++lastId, release, strategy, hosts, rule, plan: steps, startedAtMs: Date.now() },
    }
  }

  publish(change: Partial<DeploymentState>): DeploymentState {
    // A person may have asked it to stop meanwhile.
    const stopped = this.#lab.stopAsked
    this.state = { ...this.state, ...change, stopped }
    this.#lab.emit({ type: 'deploymentProgressed', deployment: this.state })
    return this.state
  }

  async run(): Promise<void> {
    this.#lab.stopAsked = false
    this.publish({})
    for (const [at, step] of this.state.plan.entries()) {
      const ok = await this.#step(step, at)
      if (!ok || this.#lab.stopAsked) return this.#fail(ok ? null : step.host)
    }
    const previous = this.state.hosts.map((host) => ({ host, release: this.#from.get(host) ?? '' }))
    const results = this.state.hosts.map((host) => this.#result(host, { ok: true, rolledBack: false, failure: null }))
    this.publish({ results, ok: true, endedAtMs: Date.now() })
    this.#lab.emit({ type: 'previousReleasesChanged', previous: previous.filter(({ release }) => release !== '') })
  }

  async #step(planned: PlannedStep, at: number): Promise<boolean> {
    const begun: DeployStep = { ...planned, startMs: Date.now(), endMs: null, ok: null, progress: null, planned: at }
    const others = this.state.steps
    this.publish({ steps: [...others, begun] })
    const ok = await this.#work(planned)
    this.publish({ steps: [...others, { ...begun, endMs: Date.now(), ok }] })
    return ok
  }

  async #work({ name, host }: PlannedStep): Promise<boolean> {
    const { release } = this.state
    const services = this.#servicesOf(host)
    if (name === 'check') await this.#lab.wait(STEP_MS)
    if (name === 'check') return release !== 'broken'
    if (name === 'stop') for (const { id } of services) await this.#lab.stopService(id)
    else if (name === 'start') for (const { id } of services.toReversed()) await this.#lab.startService(id)
    else if (name === 'switch') {
      this.#lab.emit({ type: 'hostReleaseSwitched', host, from: this.#from.get(host) ?? null, to: release })
      for (const { id, pid } of services) if (pid !== null) this.#lab.patch(id, { release })
    } else await this.#lab.wait(STEP_MS)
    return true
  }

  #servicesOf(host: string): readonly ServiceState[] {
    return this.#lab.state.services.filter(({ host: at, role }) => at === host && /^(?:web|app)-server$/.test(role))
  }

  /** `host` null: a person stopped it. What was switched goes back. */
  async #fail(host: string | null): Promise<void> {
    const { release, hosts } = this.state
    for (const id of hosts) {
      const from = this.#from.get(id) ?? null
      const now = this.#lab.state.hosts.find((candidate) => candidate.id === id)?.release ?? null
      if (from !== null && now !== from) this.#lab.emit({ type: 'hostReleaseSwitched', host: id, from: now, to: from })
      for (const { id: service, pid } of this.#servicesOf(id)) if (pid === null) await this.#lab.startService(service)
    }
    const failure = toFailure(
      host === null
        ? new LabError('DEPLOY_STOPPED', { release })
        : new LabError('RELEASE_BROKEN', { release, host, detail: 'app/index.js:12: Unexpected token' }),
    )
    const results = hosts
      .filter((id) => host === null || id === host)
      .map((id) => this.#result(id, { ok: false, rolledBack: host === null, failure }))
    this.publish({ results, failure, ok: false, rolledBack: host === null, endedAtMs: Date.now() })
  }

  #result(host: string, end: Pick<HostDeployment, 'ok' | 'rolledBack' | 'failure'>): HostDeployment {
    const times = this.state.steps.filter((step) => step.host === host)
    const stopped = times.find(({ name }) => name === 'stop')?.startMs ?? 0
    const started = times.find(({ name }) => name === 'start')?.endMs ?? stopped
    return { host, from: this.#from.get(host) ?? null, to: this.state.release, outageMs: started - stopped, ...end }
  }
}
