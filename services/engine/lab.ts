import { join } from 'node:path'
import {
  LabError,
  toFailure,
  type BalancerView,
  type ReportFormat,
  type Trace,
  type WrittenFile,
} from '../contract/index.ts'
import { orderOf } from '../protocols/topology/fault-schema.ts'
import { linksOf } from '../protocols/topology/links.ts'
import { Audits } from './audit/audits.ts'
import { viewBalancer } from './balancer/balancer-view.ts'
import { BalancerWatch } from './balancer/balancer-watch.ts'
import { CapacityDesk } from './capacity/capacity-desk.ts'
import { Deployments } from './deploy/deployments.ts'
import { DeploymentJournal } from './deploy/journal.ts'
import type { DeployGround } from './deploy/server-tools.ts'
import { Designer } from './design/designer.ts'
import { LabSite } from './design/lab-site.ts'
import type { DesignSaver } from './design/saved-design.ts'
import { DnsDesk } from './dns/dns-desk.ts'
import type { EventLog } from './event-log.ts'
import { Faults } from './faults/faults.ts'
import { ProgramDesk } from './faults/program-desk.ts'
import { Network } from './network/network.ts'
import { codeHosts } from './plan/code-hosts.ts'
import { initialState } from './plan/initial-state.ts'
import type { LabPlan, PlannedService } from './plan/lab-plan.ts'
import { startOrder, stopGroups } from './plan/start-order.ts'
import type { Platform } from './platform/platform.ts'
import { roleOf } from './roles/roles.ts'
import type { ProcessKeeper } from './supervisor/process-keeper.ts'
import { SavingDesk } from './saving/saving-desk.ts'
import { ServiceMaker } from './service-maker.ts'
import { Sampler } from './supervisor/sampler.ts'
import type { Service } from './supervisor/service.ts'
import { TrafficRunner } from './traffic/traffic-runner.ts'
import { Codebase } from './workspace/codebase.ts'
import { Releases } from './workspace/releases.ts'
import { saveReport } from './workspace/save-report.ts'
import type { Workspace } from './workspace/workspace.ts'

export interface LabParts {
  readonly plan: LabPlan
  /** What the lab came with, and where its design is kept. */
  readonly saver: DesignSaver
  readonly workspace: Workspace
  readonly platform: Platform
  readonly keeper: ProcessKeeper
  readonly events: EventLog
  readonly nodePath: string
  readonly programsDir: string
  /** The shipped codebase that new servers get. */
  readonly shippedCodebase: string
}

/** How long the services of a lab that is stopped may finish what is in flight, per group. */
const STOP_GRACE_MS = 1_000

/** A running topology: its services, codebases and what watches them. */
export class Lab {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly network: Network
  readonly deployments: Deployments
  readonly traffic: TrafficRunner
  readonly faults: Faults
  readonly design: Designer
  readonly audits: Audits
  readonly dns: DnsDesk
  readonly capacity: CapacityDesk
  readonly saving: SavingDesk
  private readonly parts: LabParts
  private readonly services: Map<string, Service>
  private readonly codebases: Map<string, Codebase>
  private readonly sampler: Sampler
  private readonly balancers: BalancerWatch
  private readonly maker: ServiceMaker
  private readonly programs: ProgramDesk
  private stopping = false

  constructor(parts: LabParts) {
    this.parts = parts
    this.plan = parts.plan
    this.workspace = parts.workspace
    this.traffic = new TrafficRunner(parts)
    this.codebases = new Map(codeHosts(parts.plan).map((host) => [host, this.makeCodebase(host)]))
    this.network = new Network(parts)
    this.programs = new ProgramDesk(parts.workspace.root)
    this.maker = new ServiceMaker({
      ...parts,
      network: this.network,
      programs: this.programs,
      codebases: this.codebases,
      faults: () => this.faults,
      capacity: () => this.capacity,
    })
    this.services = new Map(parts.plan.services.map((planned) => [planned.id, this.maker.make(planned)]))
    this.deployments = this.makeDeployments()
    this.faults = new Faults({
      plan: parts.plan,
      events: parts.events,
      network: this.network,
      programs: this.programs,
      actions: parts.platform.capabilities,
      service: (id) => this.service(id),
      refusedAt: (service) => this.maker.refusedAt(service),
    })
    this.design = new Designer(this.makeSite())
    this.audits = new Audits({
      plan: parts.plan,
      events: parts.events,
      traffic: this.traffic,
      deployments: this.deployments,
      faults: this.faults,
      service: (id) => this.service(id),
    })
    this.dns = new DnsDesk({
      plan: parts.plan,
      workspace: parts.workspace,
      history: this.design.history,
      traffic: this.traffic,
      service: (id) => this.service(id),
      isDown: (id) => parts.events.state.backends.some(({ service, state }) => service === id && state === 'down'),
      emit: (event) => parts.events.emit(event),
    })
    this.capacity = new CapacityDesk({
      plan: parts.plan,
      workspace: parts.workspace,
      traffic: this.traffic,
      service: (id) => this.service(id),
      has: (id) => this.services.has(id),
      state: () => parts.events.state,
      emit: (event) => parts.events.emit(event),
    })
    this.saving = new SavingDesk({
      plan: parts.plan,
      workspace: parts.workspace,
      codebases: this.codebases,
      nodePath: parts.nodePath,
      programsDir: parts.programsDir,
      shipped: parts.saver.shipped,
      service: (id) => this.service(id),
      emit: (event) => parts.events.emit(event),
      requireRest: () => {
        this.requireRest()
        this.design.requireIdle()
      },
      forgetDeployments: () => this.deployments.forgetPrevious(),
      halt: () => {
        if (this.stopping) throw new LabError('LAB_NOT_RUNNING')
      },
      tellReleases: () => this.changeReleases(async () => undefined),
    })
    this.sampler = new Sampler(() => [...this.services.values()], parts.platform, parts.events)
    this.balancers = new BalancerWatch(parts.plan, parts.events, (balancer, requests) => {
      this.service(balancer).requests = requests
    })
  }

  /** Writes the workspace and tells everybody the plan; nothing runs yet. */
  async prepare(): Promise<void> {
    const { plan, events, workspace } = this.parts
    const replaced = await plan.claimPorts()
    await this.programs.clean()
    plan.services.forEach((planned) => this.maker.noteFreshPort(planned))
    for (const codebase of this.codebases.values()) await this.installCode(codebase)
    const releases = await this.deployments.releases.list()
    const hosts = await Promise.all(
      plan
        .hostStates()
        .map(async (host) => ({ ...host, release: (await this.codebases.get(host.id)?.current()) ?? null })),
    )
    events.emit({
      type: 'labPrepared',
      topology: plan.topology.name,
      workspace: workspace.root,
      entryUrl: plan.entryUrl,
      dns: { address: plan.dns.address, port: plan.dns.port },
      hosts,
      services: plan.services.map((planned) => initialState(planned)),
      links: linksOf(plan.topology),
      releases,
    })
    for (const replacement of replaced) events.emit({ type: 'portReplaced', ...replacement })
    await this.deployments.open()
    this.design.tell()
    await this.saving.open()
  }

  private async installCode(codebase: Codebase): Promise<void> {
    await codebase.install(this.parts.shippedCodebase)
    if ((await codebase.current()) === null) await codebase.switchTo(this.plan.topology.release)
  }

  /** Starts everything in start order, all at the same time. Rejects with the first failure; what started stays. */
  async start(): Promise<void> {
    this.sampler.start()
    const results = await Promise.allSettled([
      this.network.start(),
      ...startOrder(this.plan.services).map((planned) => this.startInOrder(planned)),
    ])
    this.balancers.start()
    this.capacity.start()
    await this.dns.look()
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** Sets the faults of the topology file, in their order. One that cannot be set is told; the others are set all the same. */
  async breakAsPlanned(): Promise<void> {
    for (const fault of this.plan.topology.faults ?? []) {
      if (this.stopping) return
      try {
        await this.faults.add(orderOf(fault))
      } catch (error) {
        if (!this.stopping) this.parts.events.emit({ type: 'labFailed', failure: toFailure(error) })
      }
    }
  }

  private async startInOrder(planned: PlannedService): Promise<void> {
    const awaited = (planned.spec.startWhenReady ?? []).map((id) => this.service(id).settled())
    if (awaited.length > 0) await Promise.all(awaited)
    if (!this.stopping) await this.service(planned.id).act('start')
  }

  /** Stops everything, those that ask others first. Never rejects. */
  async stop(): Promise<void> {
    this.stopping = true
    await this.audits.dispose()
    this.faults.dispose()
    this.dns.dispose()
    this.deployments.abandon()
    this.sampler.stop()
    this.balancers.stop()
    this.capacity.stop()
    await this.traffic.dispose()
    for (const group of stopGroups(this.plan.services)) {
      await Promise.allSettled(group.map((planned) => this.service(planned.id).dispose(STOP_GRACE_MS)))
    }
    await this.network.stop()
    await this.workspace.close()
  }

  /** Throws `SERVICE_UNKNOWN`. */
  service(id: string): Service {
    const service = this.services.get(id)
    if (!service) throw new LabError('SERVICE_UNKNOWN', { service: id, known: [...this.services.keys()].join(', ') })
    return service
  }

  /** What every balancer tells of itself; of its choices those after number `after`, at most `limit`. */
  readBalancing(after: number, limit: number): Promise<readonly BalancerView[]> {
    return Promise.all(this.plan.ofRole('load-balancer').map((balancer) => viewBalancer(balancer, after, limit)))
  }

  /** The folder of static files that a host serves; null where no codebase lives. */
  publicFolder(host: string): string | null {
    const codebase = this.codebases.get(host)
    return codebase === undefined ? null : join(codebase.folder, 'current', 'public')
  }

  /** A trace, with the reason where an old answer led the request astray. Throws `TRACE_UNKNOWN`. */
  async readTrace(id: number): Promise<Trace> {
    const trace = await this.network.readTrace(id)
    const atMs = this.parts.events.state.traces.find((one) => one.id === id)?.atMs
    return atMs === undefined ? trace : this.dns.explain(trace, atMs)
  }

  /** Saves a page in the workspace's `reports` folder. Throws `EXPORT_FAILED`. */
  saveReport(name: string, text: string, format: ReportFormat = 'html'): Promise<WrittenFile> {
    return saveReport(this.workspace.root, name, text, format)
  }

  /** A client is gone. */
  detachTerminals(client: object): void {
    for (const service of this.services.values()) service.terminal.detach(client)
  }

  /** Work on the releases, told to everybody when it is done. */
  async changeReleases<Value>(work: (releases: Releases) => Promise<Value>): Promise<Value> {
    const { releases } = this.deployments
    const value = await work(releases)
    this.parts.events.emit({ type: 'releasesChanged', releases: await releases.list() })
    return value
  }

  private makeCodebase(host: string): Codebase {
    return new Codebase(this.workspace.hostFolder(host, 'codebase'), this.parts.platform)
  }

  private makeSite(): LabSite {
    const { parts, services, codebases, network, deployments } = this
    return new LabSite({
      ...parts,
      services,
      codebases,
      network,
      releases: deployments.releases,
      context: () => this.maker.context(),
      makeService: (planned) => this.maker.make(planned),
      makeCodebase: (host) => this.makeCodebase(host),
      setWorkers: (app) => this.capacity.carryOut(app),
      noteFreshPort: (planned) => this.maker.noteFreshPort(planned),
      isStopping: () => this.stopping,
      requireRest: () => {
        this.requireRest()
        this.saving.requireIdle()
      },
    })
  }

  /** Throws `DEPLOY_BUSY`, `AUDIT_BUSY`. */
  private requireRest(): void {
    if (this.deployments.busy) throw new LabError('DEPLOY_BUSY')
    if (this.audits.busy) throw new LabError('AUDIT_BUSY')
  }

  private makeDeployments(): Deployments {
    const { plan, events, nodePath, programsDir, platform, workspace } = this.parts
    const { codebases } = this
    const ground: DeployGround = {
      plan,
      codebases,
      traffic: this.traffic,
      nodePath,
      programsDir,
      noSharedPorts: platform.capabilities.sharePort.reason,
      emit: (event) => events.emit(event),
      service: (id) => this.service(id),
      besideDriver: (service, ports, release) => this.maker.driverOf(service, { plan: ports, release }),
      requireRest: () => {
        this.design.requireIdle()
        this.saving.requireIdle()
      },
      rewriteBalancers: async () => {
        for (const balancer of plan.ofRole('load-balancer'))
          await roleOf('load-balancer').prepare(balancer, this.maker.context())
      },
    }
    const journal = new DeploymentJournal(join(workspace.root, '.hoplab', 'deployment.json'))
    return new Deployments(ground, new Releases(codebases), journal)
  }
}
