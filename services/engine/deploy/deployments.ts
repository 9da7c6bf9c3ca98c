import {
  LabError,
  proposeRelease,
  STRATEGIES,
  type DeploymentPlan,
  type DeploymentState,
  type InterruptedDeployment,
  type ComparisonState,
  type ReleaseCheck,
  type Strategy,
  type StrategyInfo,
} from '../../contract/index.ts'
import { findReleaseFault } from '../workspace/code-check.ts'
import type { Releases } from '../workspace/releases.ts'
import { Comparison } from './comparison.ts'
import { DeployServer } from './deploy-server.ts'
import { DeploymentRecord } from './deployment-record.ts'
import type { DeploymentJournal } from './journal.ts'
import { readFault } from './release-fault.ts'
import { runDeployment } from './run-deployment.ts'
import { ServerToolbox, type DeployGround } from './server-tools.ts'
import { underTraffic, type MeasuredTraffic } from './traffic-around.ts'
import { defaultStrategy, describePlan, strategyInfo, type StrategyGround } from './strategies.ts'

/** What is wanted of a deployment. */
export interface DeployOrder {
  readonly release: string
  readonly strategy?: Strategy | undefined
  readonly hosts?: readonly string[] | undefined
  /** Requests per second of traffic from 1 s before to 1 s after. */
  readonly rate?: number | undefined
}

/** Requests per second of a comparison that names no rate. */
const COMPARISON_RATE = 100
/** Algorithms whose weights HAProxy changes while it runs (HAProxy manual, `balance`). */
const WEIGHTED = new Set(['roundrobin', 'leastconn', 'random'])

/** The deployments of one lab: one at a time, each by a strategy, each written into the journal. */
export class Deployments {
  readonly releases: Releases
  private readonly ground: DeployGround
  private readonly toolbox: ServerToolbox
  private readonly journal: DeploymentJournal
  private record: DeploymentRecord | null = null
  private comparison: Comparison | null = null
  private comparing = false
  private running = false
  /** Orders that are being looked at. */
  private planning = 0
  private count = 0

  constructor(ground: DeployGround, releases: Releases, journal: DeploymentJournal) {
    this.ground = ground
    this.releases = releases
    this.journal = journal
    this.toolbox = new ServerToolbox(ground)
  }

  /** Reads the journal of the last run and tells what it says. Call when the lab's plan has been told. */
  async open(): Promise<InterruptedDeployment | null> {
    const { codebases } = this.ground
    const interrupted = await this.journal.open(async (host) => (await codebases.get(host)?.current()) ?? null)
    if (interrupted !== null) this.ground.emit({ type: 'deploymentInterrupted', interrupted })
    this.tellPrevious()
    return interrupted
  }

  private requireRest(): void {
    if (this.busy) throw new LabError('DEPLOY_BUSY')
    this.ground.requireRest()
  }

  get busy(): boolean {
    return this.running || this.comparing || this.planning > 0
  }

  strategies(): readonly StrategyInfo[] {
    const hosts = this.hostsOf(undefined)
    return STRATEGIES.map((strategy) => strategyInfo(strategy, hosts.length, this.strategyGround(hosts)))
  }

  /** Throws `RELEASE_UNKNOWN`, `HOST_...`, `STRATEGY_UNSUPPORTED`. */
  async plan({ release, strategy, hosts: wanted }: DeployOrder): Promise<DeploymentPlan> {
    const hosts = this.hostsOf(wanted)
    for (const host of hosts) {
      const known = await this.toolbox.of(host).codebase.releases()
      if (!known.includes(release)) throw new LabError('RELEASE_UNKNOWN', { release, known: known.join(', ') })
    }
    const ground = this.strategyGround(hosts)
    const chosen = strategy ?? defaultStrategy(ground)
    const { supported, reasonText } = strategyInfo(chosen, hosts.length, ground)
    if (!supported) throw new LabError('STRATEGY_UNSUPPORTED', { strategy: chosen, detail: reasonText ?? '' })
    return describePlan(release, chosen, hosts, ground, this.keptHosts())
  }

  /** Throws when it cannot begin; a deployment that fails is a result. */
  async deploy(order: DeployOrder): Promise<DeploymentState> {
    this.requireRest()
    return this.run(await this.whilePlanning(() => this.plan(order)), order.rate)
  }

  /**
   * Back to the release before, on every host that had one: by the second set of processes where it is kept, else as a
   * deployment. Throws `ROLLBACK_NONE`.
   */
  async rollback(rate?: number): Promise<DeploymentState> {
    this.requireRest()
    const { previous } = this.journal
    const hosts = this.hostsOf(undefined).filter((host) => previous[host] !== undefined)
    const [release] = hosts.map((host) => previous[host])
    if (release === undefined) throw new LabError('ROLLBACK_NONE')
    // Servers that came from different releases go back to them one release after the other.
    const same = hosts.filter((host) => previous[host] === release)
    const kept = this.keptHosts()
    if (!same.every((host) => kept.includes(host))) return this.deploy({ release, hosts: same, rate })
    const steps = (['shift', 'switch', 'keep'] as const).flatMap((name) => same.map((host) => ({ name, host })))
    const plan = describePlan(release, 'blue-green', same, this.strategyGround(same), [])
    return this.run({ ...plan, steps }, rate)
  }

  /**
   * Each strategy brings the release to all servers under the same traffic; before each, and in the end, they go back to
   * what they have now. Throws `DEPLOY_BUSY`, `STRATEGY_UNSUPPORTED`, `RELEASE_UNKNOWN`.
   */
  async compare(order: {
    readonly strategies?: readonly Strategy[] | undefined
    readonly release?: string | undefined
    readonly rate?: number | undefined
  }): Promise<ComparisonState> {
    this.requireRest()
    const supported = this.strategies().filter((info) => info.supported)
    const wanted = order.strategies ?? supported.map(({ strategy }) => strategy)
    const { from, release } = await this.whilePlanning(() => this.planComparison(wanted, order.release))
    this.count += 1
    const strategies = supported.filter(({ strategy }) => wanted.includes(strategy))
    const comparison = new Comparison(
      { id: this.count, rate: order.rate ?? COMPARISON_RATE, from, release, strategies },
      {
        emit: (event) => this.ground.emit(event),
        reset: (to) => this.reset(to),
        deploy: (to, strategy, rate) => this.deployMeasured(to, strategy, rate),
      },
    )
    this.comparison = comparison
    this.comparing = true
    try {
      return await comparison.run()
    } finally {
      this.comparing = false
    }
  }

  private async planComparison(
    strategies: readonly Strategy[],
    wanted: string | undefined,
  ): Promise<{ readonly from: string; readonly release: string }> {
    const from = await this.liveRelease()
    const known = (await this.releases.list()).map(({ id }) => id)
    const [before = null] = Object.values(this.journal.previous)
    const release = wanted ?? proposeRelease(known, from, before)
    if (release === null) throw new LabError('RELEASE_UNKNOWN', { release: 'next', known: known.join(', ') })
    for (const strategy of strategies) await this.plan({ release, strategy })
    return { from, release }
  }

  /** Nothing else may begin while an order is looked at. */
  private async whilePlanning<Value>(work: () => Promise<Value>): Promise<Value> {
    this.planning += 1
    try {
      return await work()
    } finally {
      this.planning -= 1
    }
  }

  /** The last comparison. Throws `COMPARISON_NONE`. */
  get lastComparison(): ComparisonState {
    if (this.comparison === null) throw new LabError('COMPARISON_NONE')
    return this.comparison.state
  }

  private async reset(release: string): Promise<void> {
    const hosts = this.hostsOf(undefined)
    const now = await Promise.all(hosts.map((host) => this.toolbox.of(host).codebase.current()))
    const [different, kept] = [now.some((current) => current !== release), this.keptHosts().length > 0]
    if (!different && !kept) return
    const deployment = await this.run(await this.plan({ release, strategy: 'restart' }), undefined)
    if (deployment.failure !== null) throw new LabError(deployment.failure.code, deployment.failure.params)
  }

  private async deployMeasured(
    release: string,
    strategy: Strategy,
    rate: number,
  ): Promise<{ readonly deployment: DeploymentState; readonly measured: MeasuredTraffic }> {
    const plan = await this.plan({ release, strategy })
    const { value, measured } = await underTraffic(this.ground.traffic, rate, strategy, () => this.run(plan, undefined))
    if (measured === null) throw new LabError('TRAFFIC_NOT_RUNNING')
    return { deployment: { ...value, traffic: measured.result, trafficRun: measured.run }, measured }
  }

  private async liveRelease(): Promise<string> {
    const [first] = this.hostsOf(undefined)
    const current = first === undefined ? null : await this.toolbox.of(first).codebase.current()
    if (current === null) throw new LabError('RELEASE_UNKNOWN', { release: 'current', known: '' })
    return current
  }

  /** Throws `DEPLOY_NONE`. */
  stop(): void {
    if (!this.busy) throw new LabError('DEPLOY_NONE')
    if (this.comparing) this.comparison?.stop()
    this.record?.requestStop()
  }

  /** The lab ends. What is under way is given up where it stands; the journal says so at the next start. */
  abandon(): void {
    this.record?.abandon()
  }

  /** The servers were changed by something else: kept processes end, and there is no way back any more. */
  async forgetPrevious(): Promise<void> {
    for (const host of this.keptHosts()) {
      const tools = this.toolbox.of(host)
      await new DeployServer(tools, '', 'restart', await tools.codebase.current()).endKept()
    }
    await this.journal.end({})
    this.tellPrevious()
  }

  async check(release: string): Promise<ReleaseCheck> {
    const codebase = await this.releases.holderOf(release)
    const { nodePath, programsDir } = this.ground
    const fault = await findReleaseFault({ nodePath, programsDir, codebase: codebase.folder, release })
    return { release, ok: fault === null, ...readFault(fault, codebase.releaseFolder(release)) }
  }

  private async run(plan: DeploymentPlan, rate: number | undefined): Promise<DeploymentState> {
    if (this.running) throw new LabError('DEPLOY_BUSY')
    const label = `${plan.strategy} ${plan.release}`
    const work = (): Promise<DeploymentRecord> => this.carryOut(plan)
    this.running = true
    try {
      if (this.comparing) return (await work()).current
      const { value: record, measured } = await underTraffic(this.ground.traffic, rate, label, work)
      return measured === null ? record.current : record.addTraffic(measured.result, measured.run)
    } finally {
      this.running = false
      this.record = null
    }
  }

  private async carryOut(plan: DeploymentPlan): Promise<DeploymentRecord> {
    const { release, strategy } = plan
    this.count += 1
    const record = new DeploymentRecord(this.count, plan, (event) => this.ground.emit(event), this.journal)
    this.record = record
    const servers = new Map<string, DeployServer>()
    for (const host of new Set([...plan.hosts, ...plan.steps.map((step) => step.host)])) {
      const tools = this.toolbox.of(host)
      servers.set(host, new DeployServer(tools, release, strategy, await tools.codebase.current()))
    }
    const hosts = plan.hosts.map((host) => ({ host, from: servers.get(host)?.from ?? null }))
    await this.journal.begin({ release, strategy, startedAtMs: record.current.startedAtMs, hosts })
    await runDeployment(plan, servers, record)
    if (record.isAbandoned) return record
    const moved = hosts.flatMap(({ host, from }) => (from === null || from === release ? [] : [[host, from] as const]))
    const previous = record.current.ok
      ? { ...this.journal.previous, ...Object.fromEntries(moved) }
      : this.journal.previous
    await this.journal.end(previous)
    if (record.current.ok) await this.releases.prune(new Set(Object.values(previous)))
    this.tellPrevious()
    this.ground.emit({ type: 'releasesChanged', releases: await this.releases.list() })
    return record
  }

  private tellPrevious(): void {
    const known = Object.entries(this.journal.previous).filter(([host]) => this.ground.codebases.has(host))
    const previous = known.map(([host, release]) => ({ host, release }))
    this.ground.emit({ type: 'previousReleasesChanged', previous })
  }

  private hostsOf(wanted: readonly string[] | undefined): readonly string[] {
    const hosts = [...new Set(wanted ?? this.ground.codebases.keys())]
    for (const host of hosts) this.toolbox.of(host)
    return hosts
  }

  private keptHosts(): readonly string[] {
    return [...this.ground.codebases.keys()].filter((host) =>
      this.toolbox.of(host).services.some(({ service }) => service.beside.state === 'kept'),
    )
  }

  private strategyGround(hosts: readonly string[]): StrategyGround {
    const balancers = this.ground.plan.ofRole('load-balancer')
    return {
      balanced: hosts.length > 0 && hosts.every((host) => this.toolbox.of(host).balancers.present),
      servers: Math.max(0, ...balancers.map(({ spec }) => spec.servers.length)),
      weighted: balancers.every(({ spec }) => WEIGHTED.has(spec.algorithm)),
      noSharedPorts: this.ground.noSharedPorts,
    }
  }
}
