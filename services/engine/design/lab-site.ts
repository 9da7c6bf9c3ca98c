import { LabError, toFailure, type FaultState, type NewLabEvent } from '../../contract/index.ts'
import { reloadBalancer } from '../balancer/reload.ts'
import type { EventLog } from '../event-log.ts'
import type { Network } from '../network/network.ts'
import { initialState } from '../plan/initial-state.ts'
import type { LabPlan, PlannedOf, PlannedService } from '../plan/lab-plan.ts'
import { linksOf } from '../../protocols/topology/links.ts'
import type { Platform } from '../platform/platform.ts'
import type { RoleContext } from '../roles/driver.ts'
import type { Service } from '../supervisor/service.ts'
import type { Codebase } from '../workspace/codebase.ts'
import type { Releases } from '../workspace/releases.ts'
import type { DesignGround } from './designer.ts'
import type { DesignSaver } from './saved-design.ts'

/** What a change of the design does to a running lab. */
export interface SiteParts {
  readonly plan: LabPlan
  readonly shippedCodebase: string
  readonly platform: Platform
  readonly events: EventLog
  readonly network: Network
  readonly releases: Releases
  readonly services: Map<string, Service>
  readonly codebases: Map<string, Codebase>
  readonly context: () => RoleContext
  readonly saver: DesignSaver
  makeService(planned: PlannedService): Service
  makeCodebase(host: string): Codebase
  setWorkers(app: PlannedOf<'app-server'>): Promise<void>
  /** Its port was found free a moment ago. */
  noteFreshPort(planned: PlannedService): void
  isStopping(): boolean
  /** Throws `DEPLOY_BUSY`, `AUDIT_BUSY`. */
  requireRest(): void
}

/** How long the services of a host that goes may finish what they have; they are drained by then. */
const STOP_GRACE_MS = 5_000

/** A lab as the place where designs are carried out. */
export class LabSite implements DesignGround {
  readonly plan: LabPlan
  readonly shipped: DesignGround['shipped']
  private readonly parts: SiteParts

  constructor(parts: SiteParts) {
    this.parts = parts
    this.plan = parts.plan
    this.shipped = parts.saver.shipped
  }

  readonly halt = (): void => {
    if (this.parts.isStopping()) throw new LabError('LAB_NOT_RUNNING')
  }

  emit(event: NewLabEvent): void {
    if (!this.parts.isStopping()) this.parts.events.emit(event)
  }

  requireRest(): void {
    this.halt()
    this.parts.requireRest()
  }

  requireWhole(host: string): void {
    const services = this.plan.services.filter((service) => service.host === host).map(({ id }) => id)
    const places = new Set([host, ...services])
    const fault = this.parts.events.state.faults.find((one) => places.has(placeOf(one)))
    if (fault === undefined) return
    throw new LabError('PAIR_NEEDED', {
      host,
      detail: `the fault "${fault.spec.fault}" is set on it; repair it first.`,
    })
  }

  service(id: string): Service {
    const found = this.parts.services.get(id)
    if (found === undefined) throw new LabError('SERVICE_UNKNOWN', { service: id, known: '' })
    return found
  }

  codebaseOf(host: string): Codebase | null {
    return this.parts.codebases.get(host) ?? null
  }

  async build(fresh: readonly PlannedService[]): Promise<void> {
    const { services, network } = this.parts
    const replaced = await this.plan.claimPorts(fresh)
    for (const host of new Set(fresh.map((service) => service.host))) {
      await this.installCode(host)
      this.halt()
      await network.addHost(host)
    }
    this.halt()
    for (const planned of fresh) {
      this.parts.noteFreshPort(planned)
      services.set(planned.id, this.parts.makeService(planned))
    }
    for (const replacement of replaced) this.emit({ type: 'portReplaced', ...replacement })
    this.emit({ type: 'releasesChanged', releases: await this.parts.releases.list() })
  }

  /** The releases that the other servers have, and the live one of the first of them. */
  private async installCode(host: string): Promise<void> {
    const { codebases, shippedCodebase } = this.parts
    const [model] = codebases.values()
    const codebase = this.parts.makeCodebase(host)
    if (model !== undefined) await codebase.copyReleases(model)
    await codebase.install(shippedCodebase)
    await codebase.switchTo((await model?.current()) ?? this.plan.topology.release)
    codebases.set(host, codebase)
  }

  async demolish(host: string): Promise<void> {
    const { services, codebases, network } = this.parts
    const ids = this.plan.services.filter((service) => service.host === host).map(({ id }) => id)
    // Those that ask others first.
    for (const id of ids) await services.get(id)?.dispose(STOP_GRACE_MS)
    for (const id of ids) services.delete(id)
    codebases.delete(host)
    network.forgetHost(host)
  }

  async tellPlan(): Promise<void> {
    const { events, codebases } = this.parts
    const releases = new Map<string, string | null>()
    for (const [host, codebase] of codebases) releases.set(host, await codebase.current())
    const known = new Map(events.state.services.map((service) => [service.id, service]))
    this.emit({
      type: 'planChanged',
      hosts: this.plan.hostStates().map((host) => ({ ...host, release: releases.get(host.id) ?? null })),
      services: this.plan.services.map((planned) => known.get(planned.id) ?? initialState(planned)),
      links: linksOf(this.plan.topology),
    })
  }

  setWorkers(app: PlannedOf<'app-server'>): Promise<void> {
    return this.parts.setWorkers(app)
  }

  async save(): Promise<void> {
    try {
      await this.parts.saver.save(this.plan.topology)
    } catch (error) {
      this.emit({ type: 'labFailed', failure: toFailure(error) })
    }
  }

  reload(balancer: PlannedOf<'load-balancer'>): Promise<void> {
    return reloadBalancer(balancer, {
      context: this.parts.context(),
      platform: this.parts.platform,
      state: this.service(balancer.id).state,
      halt: this.halt,
    })
  }
}

function placeOf({ spec }: FaultState): string {
  return 'service' in spec ? spec.service : 'host' in spec ? spec.host : ''
}
