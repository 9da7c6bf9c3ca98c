import {
  LabError,
  STRATEGIES,
  type DeploymentPlan,
  type DeploymentState,
  type InterruptedDeployment,
  type ReleaseCheck,
  type Strategy,
  type StrategyInfo,
} from '../../contract/index.ts'
import { findReleaseFault } from '../workspace/code-check.ts'
import type { Releases } from '../workspace/releases.ts'
import { DeployServer } from './deploy-server.ts'
import { DeploymentRecord } from './deployment-record.ts'
import type { DeploymentJournal } from './journal.ts'
import { readFault } from './release-fault.ts'
import { runDeployment } from './run-deployment.ts'
import { ServerToolbox, type DeployGround } from './server-tools.ts'
import { defaultStrategy, describePlan, strategyInfo, type StrategyGround } from './strategies.ts'

/** What is wanted of a deployment. */
export interface DeployOrder {
  readonly release: string
  readonly strategy?: Strategy | undefined
  readonly hosts?: readonly string[] | undefined
}

/** Algorithms whose weights HAProxy changes while it runs (HAProxy manual, `balance`). */
const WEIGHTED = new Set(['roundrobin', 'leastconn', 'random'])

/** The deployments of one lab: one at a time, each by a strategy, each written into the journal. */
export class Deployments {
  readonly releases: Releases
  private readonly ground: DeployGround
  private readonly toolbox: ServerToolbox
  private readonly journal: DeploymentJournal
  private record: DeploymentRecord | null = null
  private under: Promise<unknown> = Promise.resolve()
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

  get busy(): boolean {
    return this.record !== null
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
    if (this.busy) throw new LabError('DEPLOY_BUSY')
    return this.run(await this.plan(order))
  }

  /**
   * Back to the release before, on every host that had one: by the second set of processes where it is kept, else as a
   * deployment. Throws `ROLLBACK_NONE`.
   */
  async rollback(): Promise<DeploymentState> {
    if (this.busy) throw new LabError('DEPLOY_BUSY')
    const { previous } = this.journal
    const hosts = this.hostsOf(undefined).filter((host) => previous[host] !== undefined)
    const [release] = hosts.map((host) => previous[host])
    if (release === undefined) throw new LabError('ROLLBACK_NONE')
    // Servers that came from different releases go back to them one release after the other.
    const same = hosts.filter((host) => previous[host] === release)
    const kept = this.keptHosts()
    if (!same.every((host) => kept.includes(host))) return this.deploy({ release, hosts: same })
    const steps = (['shift', 'switch', 'keep'] as const).flatMap((name) => same.map((host) => ({ name, host })))
    const plan = describePlan(release, 'blue-green', same, this.strategyGround(same), [])
    return this.run({ ...plan, steps })
  }

  /** Throws `DEPLOY_NONE`. */
  stop(): void {
    if (this.record === null) throw new LabError('DEPLOY_NONE')
    this.record.requestStop()
  }

  /** The lab ends. What is under way is given up where it stands; the journal says so at the next start. */
  abandon(): void {
    this.record?.abandon()
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.under
  }

  async check(release: string): Promise<ReleaseCheck> {
    const codebase = await this.releases.holderOf(release)
    const { nodePath, programsDir } = this.ground
    const fault = await findReleaseFault({ nodePath, programsDir, codebase: codebase.folder, release })
    return { release, ok: fault === null, ...readFault(fault, codebase.releaseFolder(release)) }
  }

  private async run(plan: DeploymentPlan): Promise<DeploymentState> {
    if (this.busy) throw new LabError('DEPLOY_BUSY')
    this.count += 1
    const record = new DeploymentRecord(this.count, plan, (event) => this.ground.emit(event), this.journal)
    this.record = record
    const work = this.carryOut(plan, record)
    this.under = work.catch(() => undefined)
    try {
      await work
      return record.current
    } finally {
      this.record = null
    }
  }

  private async carryOut(plan: DeploymentPlan, record: DeploymentRecord): Promise<void> {
    const { release, strategy } = plan
    const servers = new Map<string, DeployServer>()
    for (const host of new Set([...plan.hosts, ...plan.steps.map((step) => step.host)])) {
      const tools = this.toolbox.of(host)
      servers.set(host, new DeployServer(tools, release, strategy, await tools.codebase.current()))
    }
    const hosts = plan.hosts.map((host) => ({ host, from: servers.get(host)?.from ?? null }))
    await this.journal.begin({ release, strategy, startedAtMs: record.current.startedAtMs, hosts })
    await runDeployment(plan, servers, record)
    if (record.isAbandoned) return
    const moved = hosts.flatMap(({ host, from }) => (from === null || from === release ? [] : [[host, from] as const]))
    const previous = record.current.ok
      ? { ...this.journal.previous, ...Object.fromEntries(moved) }
      : this.journal.previous
    await this.journal.end(previous)
    if (record.current.ok) await this.releases.prune(new Set(Object.values(previous)))
    this.tellPrevious()
    this.ground.emit({ type: 'releasesChanged', releases: await this.releases.list() })
  }

  private tellPrevious(): void {
    const previous = Object.entries(this.journal.previous).map(([host, release]) => ({ host, release }))
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
