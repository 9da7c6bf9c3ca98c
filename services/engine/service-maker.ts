import { LabError, type NewLabEvent, type Role, type ServiceState } from '../contract/index.ts'
import type { CapacityDesk } from './capacity/capacity-desk.ts'
import type { EventLog } from './event-log.ts'
import type { Faults } from './faults/faults.ts'
import type { ProgramDesk } from './faults/program-desk.ts'
import type { Network } from './network/network.ts'
import { addressesOf, transportsOf, type LabPlan, type PlannedService } from './plan/lab-plan.ts'
import { arePortsFree, nextFreePort } from './plan/ports.ts'
import type { Platform } from './platform/platform.ts'
import type { RoleContext, RoleDriver } from './roles/driver.ts'
import { roleOf } from './roles/roles.ts'
import type { ProcessKeeper } from './supervisor/process-keeper.ts'
import type { ProgramCommand } from './supervisor/pty-process.ts'
import { Service, type ServiceDriver } from './supervisor/service.ts'
import type { RefusedCall } from './supervisor/status-reports.ts'
import type { Codebase } from './workspace/codebase.ts'
import type { Workspace } from './workspace/workspace.ts'

/** What services need of the lab that they belong to. */
export interface ServiceSurroundings {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly platform: Platform
  readonly keeper: ProcessKeeper
  readonly events: EventLog
  readonly nodePath: string
  readonly programsDir: string
  readonly network: Network
  readonly programs: ProgramDesk
  readonly codebases: ReadonlyMap<string, Codebase>
  /** There before the first start, not before the first service is made. */
  readonly faults: () => Faults
  readonly capacity: () => CapacityDesk
}

/** What a second process of a service has otherwise than the first. */
interface Variant {
  readonly plan?: LabPlan
  readonly release?: string | null
}

/** Makes the services of a lab and the drivers of their processes. */
export class ServiceMaker {
  private readonly around: ServiceSurroundings
  /** Connections that services were refused, by the service that they went to. */
  private readonly refused = new Map<string, number>()
  private readonly freshPorts = new Set<PlannedService>()

  constructor(around: ServiceSurroundings) {
    this.around = around
  }

  /** How many connections to a service its callers in the lab were refused so far. */
  refusedAt(service: string): number {
    return this.refused.get(service) ?? 0
  }

  /** Its port was found free a moment ago: its next start need not look. */
  noteFreshPort(planned: PlannedService): void {
    this.freshPorts.add(planned)
  }

  make(planned: PlannedService): Service {
    const { events, platform, keeper, workspace, programs } = this.around
    const read = (): ServiceState => {
      const state = events.state.services.find((service) => service.id === planned.id)
      if (!state) throw new Error(`the event log does not know ${planned.id}`)
      return state
    }
    const emit = (event: NewLabEvent): void => events.emit(event)
    return new Service(planned.id, this.driverOf(planned), {
      emit,
      read,
      platform,
      keeper,
      logPath: workspace.logPath(planned.id),
      onRefused: (call) => this.noteRefused(planned.id, call),
      onFaults: (figures) => programs.hear(planned.id, figures),
      onCapacity: (report) => this.around.capacity().noteReport(planned.id, report),
      tellBeside: (beside) => {
        const others = events.state.besides.filter(({ service }) => service !== planned.id)
        // The lab is gone, or the process ended before it was told of.
        if (beside === null && others.length === events.state.besides.length) return
        events.emit({ type: 'besidesChanged', besides: beside === null ? others : [...others, beside] })
      },
    })
  }

  private noteRefused(from: string, call: RefusedCall): void {
    const to = this.around.plan.services.find(({ address, port }) => address === call.address && port === call.port)
    if (to !== undefined) this.refused.set(to.id, (this.refused.get(to.id) ?? 0) + 1)
    this.around.network.noteRefused(from, call)
  }

  context({ plan = this.around.plan, release = null }: Variant = {}): RoleContext {
    const { workspace, nodePath, programsDir, codebases, platform, capacity } = this.around
    return {
      plan,
      workspace,
      nodePath,
      programsDir,
      capacityOf: ({ id }) => capacity().settingOf(id),
      codebaseOf: (host) => {
        const codebase = codebases.get(host)
        if (!codebase) throw new Error(`${host} has no codebase`)
        return codebase
      },
      release,
      sharesPorts: platform.capabilities.sharePort.supported,
    }
  }

  /** With a variant: the driver of a second process, whose port was chosen for it. */
  driverOf(planned: PlannedService, variant: Variant = {}): ServiceDriver {
    const role: RoleDriver<Role> = roleOf(planned.spec.role)
    const context = this.context(variant)
    let release: string | null = null
    return {
      prepare: async () => {
        this.around.faults().requirePower(planned)
        if (variant.plan === undefined) await this.takePort(planned)
        await role.prepare(planned, context)
        release = await role.release(planned, context)
      },
      command: () => this.equip(planned, role.command(planned, context)),
      probe: () => role.probe(planned, context),
      reachable: (signal) => this.around.network.reachable(planned, signal),
      files: () => role.files(planned, context),
      facts: () => ({ port: planned.port, release }),
      faults: () =>
        this.around.events.state.faults
          .filter(({ spec }) => spec.target === 'service' && spec.service === planned.id)
          .map(({ spec }) => spec.fault),
    }
  }

  /** Real engines take no orders of ours. */
  private equip(planned: PlannedService, command: ProgramCommand): ProgramCommand {
    return command.file === this.around.nodePath ? this.around.programs.equip(planned.id, command) : command
  }

  /**
   * A port that was taken since the plan was made fails this start with a sentence; the next start uses another one.
   * Moving by itself would leave those that talk to it with the old port and no word about it.
   */
  private async takePort(planned: PlannedService): Promise<void> {
    // The plan was made a moment ago with ports that were free.
    if (this.freshPorts.delete(planned)) return
    const { network } = this.around
    const { id, address, port } = planned
    const transports = transportsOf(planned.spec.role)
    // A network card that is out of reach keeps its own ports.
    const addresses = network.faults.keepsOpen(planned) ? [planned.listenAddress] : addressesOf(planned)
    await network.closePorts(planned)
    if (await arePortsFree(addresses, port, transports)) return
    const next = await nextFreePort(id, addresses, port, transports)
    planned.port = next
    throw new LabError('PORT_TAKEN', { service: id, port, address, next })
  }
}
