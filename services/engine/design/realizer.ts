import type { DesignStep } from '../../contract/index.ts'
import { servicesOf } from '../../protocols/topology/pairs.ts'
import { withBalancersOf } from '../../protocols/topology/edit.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { isUp } from '../balancer/reload.ts'
import { BalancerControl } from '../deploy/balancer-control.ts'
import { passHealthGate } from '../deploy/health-gate.ts'
import type { Halt } from '../deploy/until.ts'
import type { LabPlan, PlannedOf, PlannedService } from '../plan/lab-plan.ts'
import { startOrder } from '../plan/start-order.ts'
import type { Service } from '../supervisor/service.ts'
import type { Codebase } from '../workspace/codebase.ts'

/** What the realizer needs of the lab. */
export interface BuildingSite {
  readonly plan: LabPlan
  service(id: string): Service
  codebaseOf(host: string): Codebase | null
  /** Files, network cards and services of hosts that the plan has now; nothing runs yet. */
  build(fresh: readonly PlannedService[]): Promise<void>
  /** Ends the services of a host and forgets it; its folder stays. */
  demolish(host: string): Promise<void>
  /** Tells everybody the plan as it is now. */
  tellPlan(): Promise<void>
  reload(balancer: PlannedOf<'load-balancer'>): Promise<void>
  /** The application server works as the plan says. */
  setWorkers(app: PlannedOf<'app-server'>): Promise<void>
  /** Throws when the lab is being stopped. */
  readonly halt: Halt
}

type Note = (step: DesignStep, place: string) => void

/**
 * Turns the running lab into what another topology says: hosts come and are taken in by the balancers, hosts are drained
 * and go, balancers and workers get new settings. No request notices.
 */
export class Realizer {
  private readonly site: BuildingSite

  constructor(site: BuildingSite) {
    this.site = site
  }

  /** Rejects with the lab as it was. */
  async move(next: Topology, note: Note): Promise<void> {
    const { plan } = this.site
    const before = plan.topology
    const added = hostsBeyond(next, before)
    const removed = hostsBeyond(before, next)
    try {
      if (added.length > 0) await this.bring(withHostsOf(withBalancersOf(next, before), before, removed), added, note)
      await this.drain(removed, note)
      await this.settle(withHostsOf(next, before, removed), before, note)
      await this.awaitUp(added)
    } catch (error) {
      await this.goBack(before, added, removed)
      throw error
    }
    await this.leave(next, removed, note)
  }

  /** The new hosts run and are healthy; no balancer knows them yet. */
  private async bring(topology: Topology, hosts: readonly string[], note: Note): Promise<void> {
    const { site } = this
    const fresh = site.plan.change(topology)
    for (const host of hosts) note('install', host)
    await site.build(fresh)
    await site.tellPlan()
    for (const host of hosts) note('start', host)
    await allOf(startOrder(fresh).map(({ id }) => site.service(id).act('start')))
    for (const web of fresh.filter(isWebServer)) {
      note('health', web.host)
      await passHealthGate(await this.healthTarget(web), site.halt, () => undefined)
    }
  }

  private async healthTarget(web: PlannedOf<'web-server'>): Promise<Parameters<typeof passHealthGate>[0]> {
    const { host, address, port } = web
    const release = (await this.site.codebaseOf(host)?.current()) ?? ''
    const [balancer] = this.site.plan.ofRole('load-balancer')
    return { host, release, address, port, path: balancer?.spec.healthCheck.path ?? '/healthz' }
  }

  private async drain(hosts: readonly string[], note: Note): Promise<void> {
    for (const host of hosts) {
      for (const control of this.controlsOf(host)) {
        note('drain', host)
        await control.setState('drain')
        note('sessions', host)
        await control.waitForSessions(host, this.site.halt, () => undefined)
      }
    }
  }

  /** The plan is the new one, and the balancers and application servers that differ read it. */
  private async settle(topology: Topology, before: Topology, note: Note): Promise<void> {
    const { site } = this
    const changed = [...changedOf('load-balancer', topology, before), ...changedOf('app-server', topology, before)]
    site.plan.change(topology)
    for (const balancer of site.plan.ofRole('load-balancer')) {
      if (!changed.includes(balancer.id)) continue
      note('reload', balancer.id)
      await site.reload(balancer)
    }
    for (const app of site.plan.ofRole('app-server')) {
      if (!changed.includes(app.id)) continue
      note('workers', app.id)
      await site.setWorkers(app)
    }
    await site.tellPlan()
  }

  private async awaitUp(hosts: readonly string[]): Promise<void> {
    for (const host of hosts) for (const control of this.controlsOf(host)) await control.waitUntilUp(this.site.halt)
  }

  private async leave(topology: Topology, hosts: readonly string[], note: Note): Promise<void> {
    const { site } = this
    for (const host of hosts) {
      note('stop', host)
      await site.demolish(host)
    }
    site.plan.change(topology)
    if (hosts.length > 0) await site.tellPlan()
  }

  /** What can't be brought back here is in the event log; the plan at least is what the lab was. */
  private async goBack(before: Topology, added: readonly string[], removed: readonly string[]): Promise<void> {
    const { site } = this
    try {
      await this.settle(withHostsOf(before, site.plan.topology, added), site.plan.topology, () => undefined)
      for (const host of removed) for (const control of this.controlsOf(host)) await control.setState('ready')
    } catch {
      // A balancer that cannot be told is why it failed, most likely: it reads the file at its next start.
    }
    for (const host of added) await site.demolish(host)
    site.plan.change(before)
    await site.tellPlan()
  }

  /** The web servers of a host at the balancers that run. */
  private controlsOf(host: string): readonly BalancerControl[] {
    const { plan } = this.site
    const webs = plan.ofRole('web-server').filter((web) => web.host === host)
    return webs
      .map(({ id }) => new BalancerControl(plan, id, (balancer) => isUp(this.site.service(balancer).state)))
      .filter(({ present }) => present)
  }
}

function isWebServer(service: PlannedService): service is PlannedOf<'web-server'> {
  return service.spec.role === 'web-server'
}

function hostsBeyond(topology: Topology, other: Topology): readonly string[] {
  return Object.keys(topology.hosts).filter((host) => !(host in other.hosts))
}

/** The services of a role that are in both with other settings. */
function changedOf(role: 'load-balancer' | 'app-server', topology: Topology, other: Topology): readonly string[] {
  const known = new Map(servicesOf(other, role).map(({ id, spec }) => [id, JSON.stringify(spec)]))
  return servicesOf(topology, role)
    .filter(({ id, spec }) => known.has(id) && known.get(id) !== JSON.stringify(spec))
    .map(({ id }) => id)
}

/** With some hosts of another topology beside its own, in the other one's order. */
function withHostsOf(topology: Topology, other: Topology, hosts: readonly string[]): Topology {
  if (hosts.length === 0) return topology
  const known = Object.entries(other.hosts).flatMap(([host, spec]) => {
    const own = topology.hosts[host] ?? (hosts.includes(host) ? spec : undefined)
    return own === undefined ? [] : [[host, own] as const]
  })
  return { ...topology, hosts: { ...Object.fromEntries(known), ...topology.hosts } }
}

/** All of them to their end, then the first failure. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
