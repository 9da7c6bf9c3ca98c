import { LabError, type NewLabEvent } from '../../contract/index.ts'
import { servesCode } from '../plan/code-hosts.ts'
import { addressesOf, type LabPlan, type PlannedService } from '../plan/lab-plan.ts'
import { arePortsFree, nextFreePort } from '../plan/ports.ts'
import { startOrder } from '../plan/start-order.ts'
import type { Service, ServiceDriver } from '../supervisor/service.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'
import { findReleaseFault } from '../workspace/code-check.ts'
import type { Codebase } from '../workspace/codebase.ts'
import { BalancerControl } from './balancer-control.ts'
import type { ServerTools } from './deploy-server.ts'

/** What deployments need of the lab. */
export interface DeployGround {
  readonly plan: LabPlan
  readonly codebases: ReadonlyMap<string, Codebase>
  readonly traffic: TrafficRunner
  readonly nodePath: string
  readonly programsDir: string
  /** Null where two processes can listen on the same port, or why not. */
  readonly noSharedPorts: string | null
  emit(event: NewLabEvent): void
  service(id: string): Service
  /** A driver for a second process, on the ports of this plan. */
  besideDriver(service: PlannedService, plan: LabPlan, release: string): ServiceDriver
  /** Throws while the design of the lab is being changed. */
  requireRest(): void
  /** Writes the configuration of the balancers anew, so that a restart finds what the runtime API has changed. */
  rewriteBalancers(): Promise<void>
}

/** Asked for health where no balancer says what it checks. */
const HEALTH_PATH = '/healthz'

/** Makes the tools of each server; remembers the ports of second sets, which outlive a deployment. */
export class ServerToolbox {
  private readonly ground: DeployGround
  private readonly sparePorts = new Map<string, number>()

  constructor(ground: DeployGround) {
    this.ground = ground
  }

  /** Throws `HOST_UNKNOWN`, `HOST_WITHOUT_CODE`. */
  of(host: string): ServerTools {
    const { plan, codebases, nodePath, programsDir } = this.ground
    const known = Object.keys(plan.topology.hosts)
    if (!known.includes(host)) throw new LabError('HOST_UNKNOWN', { host, known: known.join(', ') })
    const codebase = codebases.get(host)
    if (!codebase) throw new LabError('HOST_WITHOUT_CODE', { host })
    const planned = startOrder(plan.services).filter(
      (service) => service.host === host && servesCode(service.spec.role),
    )
    const web = planned.find(({ spec }) => spec.role === 'web-server') ?? null
    return {
      host,
      codebase,
      services: planned.flatMap(({ id, spec }) =>
        servesCode(spec.role) ? [{ service: this.ground.service(id), role: spec.role }] : [],
      ),
      balancers: new BalancerControl(plan, web?.id ?? ''),
      healthPath: this.healthPath(web),
      findFault: (release) => findReleaseFault({ nodePath, programsDir, codebase: codebase.folder, release }),
      besideDrivers: (release, ports) => this.besideDrivers(planned, release, ports),
      swapPorts: () => this.swapPorts(planned),
      webAt: (set) => {
        if (web === null) return null
        const port = set === 'own' ? web.port : this.sparePorts.get(web.id)
        return port === undefined ? null : { address: web.address, port }
      },
      appAt: () => {
        const app = planned.find(({ spec }) => spec.role === 'app-server')
        return app ? { address: app.address, port: app.port } : null
      },
      switched: (from, to) => this.ground.emit({ type: 'hostReleaseSwitched', host, from, to }),
    }
  }

  private healthPath(web: PlannedService | null): string {
    const balancer = this.ground.plan
      .ofRole('load-balancer')
      .find(({ spec }) => spec.servers.some(({ service }) => service === web?.id))
    return balancer?.spec.healthCheck.path ?? HEALTH_PATH
  }

  private async besideDrivers(
    planned: readonly PlannedService[],
    release: string,
    ports: 'same' | 'spare',
  ): Promise<readonly ServiceDriver[]> {
    const { ground } = this
    if (ports === 'spare') for (const service of planned) await this.claimSpare(service)
    const plan = ports === 'same' ? ground.plan : ground.plan.withPorts(this.sparePorts)
    return planned.map(({ id }) => ground.besideDriver(plan.service(id), plan, release))
  }

  private async claimSpare(service: PlannedService): Promise<void> {
    const { id, port } = service
    const addresses = addressesOf(service)
    const last = this.sparePorts.get(id)
    if (last !== undefined && (await arePortsFree(addresses, last, ['tcp']))) return
    this.sparePorts.set(id, await nextFreePort(id, addresses, port, ['tcp']))
  }

  private async swapPorts(planned: readonly PlannedService[]): Promise<void> {
    for (const service of planned) {
      const spare = this.sparePorts.get(service.id)
      if (spare === undefined) continue
      this.sparePorts.set(service.id, service.port)
      service.port = spare
    }
    await this.ground.rewriteBalancers()
  }
}
