import { join } from 'node:path'
import {
  LabError,
  toFailure,
  type Capabilities,
  type ClientFunctions,
  type LabState,
  type RequestResult,
} from '../contract/index.ts'
import type { LabBrowser } from './browser/lab-browser.ts'
import type { Stepper } from './network/stepper.ts'
import { runCommand } from './commands.ts'
import { EventLog } from './event-log.ts'
import { DesignSaver } from './design/saved-design.ts'
import type { EngineConnection, EngineOptions, LabEngine, StartPlan } from './index.ts'
import type { Lab } from './lab.ts'
import type { Topology } from '../protocols/topology/schema.ts'
import { addressPlanFor } from './plan/addresses.ts'
import { LabPlan } from './plan/lab-plan.ts'
import { currentPlatform } from './platform/current-platform.ts'
import type { Platform } from './platform/platform.ts'
import { ProcessKeeper } from './supervisor/process-keeper.ts'
import { RunRegistry, sweepLeftovers } from './supervisor/run-registry.ts'
import { loadTopologyFile, SHIPPED_FILE, TopologyShelf } from './topologies.ts'
import type { Workspace } from './workspace/workspace.ts'

/** Makes an engine and ends what an earlier one left behind. */
export async function createEngine(options: EngineOptions): Promise<LabEngine> {
  const platform = currentPlatform()
  const swept = await sweepLeftovers(options.stateDir, platform)
  const registry = await RunRegistry.open(options.stateDir, platform)
  const engine = new Engine(options, platform, registry)
  if (swept > 0) engine.events.emit({ type: 'leftoversSwept', count: swept })
  return engine
}

interface LabModules {
  readonly Lab: typeof Lab
  readonly LabBrowser: typeof LabBrowser
  readonly Workspace: typeof Workspace
  readonly Stepper: typeof Stepper
}

/**
 * What only a running lab needs (terminals, the browser's HTML parser) is loaded with the first one, so that an engine
 * answers its first client sooner. Whoever has time before that may call this: then the first lab need not wait.
 */
export async function loadLabModules(): Promise<LabModules> {
  const [{ Lab }, { LabBrowser }, { Workspace }, { Stepper }] = await Promise.all([
    import('./lab.ts'),
    import('./browser/lab-browser.ts'),
    import('./workspace/workspace.ts'),
    import('./network/stepper.ts'),
  ])
  return { Lab, LabBrowser, Workspace, Stepper }
}

/** One engine runs one lab at a time. */
export class Engine implements LabEngine {
  readonly events = new EventLog()
  readonly topologies: TopologyShelf
  private readonly options: EngineOptions
  private readonly platform: Platform
  private readonly registry: RunRegistry
  private readonly keeper: ProcessKeeper
  private current: Lab | null = null
  private browser: LabBrowser | null = null
  private stepping: Stepper | null = null
  private stopping: Promise<void> | null = null
  private disposed = false

  constructor(options: EngineOptions, platform: Platform, registry: RunRegistry) {
    this.options = options
    this.platform = platform
    this.registry = registry
    this.topologies = new TopologyShelf(join(options.resourcesDir, 'topologies'), options.workspacesDir)
    this.keeper = new ProcessKeeper(registry, platform, [options.nodePath, join(options.programsDir, 'guard.mjs')])
  }

  connect(client: ClientFunctions): EngineConnection {
    const onEvents = (events: Parameters<ClientFunctions['onEvents']>[0]): void => client.onEvents(events)
    const context = {
      client,
      sendTerminal: (service: string, data: string, reset: boolean): void =>
        client.onTerminalData(service, data, reset),
    }
    return {
      functions: {
        subscribe: () => {
          this.events.unsubscribe(onEvents)
          return this.events.subscribe(onEvents)
        },
        run: async (command, input) => {
          const result = await runCommand(this, command, input, context)
          // Who gets the answer has seen everything that led to it.
          this.events.flush()
          return result
        },
      },
      close: () => {
        this.events.unsubscribe(onEvents)
        this.current?.detachTerminals(client)
      },
    }
  }

  /** The running lab. Throws `LAB_NOT_RUNNING`. */
  get lab(): Lab {
    if (this.current === null) throw new LabError('LAB_NOT_RUNNING')
    return this.current
  }

  /** Whether an audit breaks and repairs the running lab just now. */
  get isAuditing(): boolean {
    return this.current?.audits.busy === true
  }

  /** Steps requests through the running lab. Throws `LAB_NOT_RUNNING`. */
  get stepper(): Stepper {
    if (this.stepping === null) throw new LabError('LAB_NOT_RUNNING')
    return this.stepping
  }

  async startLab(wanted: StartPlan): Promise<LabState> {
    const { phase, topology } = this.events.state
    if (this.disposed || phase === 'stopping' || phase === 'starting') throw new LabError('LAB_BUSY', { phase })
    if (phase === 'running') throw new LabError('LAB_ALREADY_RUNNING', { topology: topology ?? '' })
    this.events.emit({ type: 'labPhaseChanged', phase: 'starting' })
    try {
      const lab = await this.openLab(wanted)
      await lab.start()
      await lab.breakAsPlanned()
    } catch (error) {
      return this.failStart(error)
    }
    // Stopped while it started: the stop tells the rest.
    if (this.events.state.phase === 'starting') this.events.emit({ type: 'labPhaseChanged', phase: 'running' })
    return this.events.state
  }

  private async openLab(wanted: StartPlan): Promise<Lab> {
    const { file, workspace: own } = await this.findFiles(wanted)
    const shipped = await loadTopologyFile(file)
    const { Workspace } = await loadLabModules()
    const workspace = await Workspace.open(own ?? join(this.options.workspacesDir, shipped.name), this.platform)
    try {
      return await this.openLabIn(workspace, shipped)
    } catch (error) {
      await workspace.close()
      throw error
    }
  }

  private async findFiles(wanted: StartPlan): Promise<{ readonly file: string; readonly workspace: string | null }> {
    const { workspacesDir } = this.options
    if ('labFile' in wanted) {
      const { unpackLabFile } = await import('./saving/lab-file.ts')
      const { name, bytes } = wanted.labFile
      const taken = await this.topologies.names()
      const workspace = await unpackLabFile(bytes, name, { workspacesDir, taken, platform: this.platform })
      return { file: join(workspace, SHIPPED_FILE), workspace }
    }
    const { topology } = wanted
    const found = typeof topology === 'string' ? await this.topologies.find(topology) : { ...topology, workspace: null }
    return { file: found.file, workspace: wanted.workspace ?? found.workspace }
  }

  private async openLabIn(workspace: Workspace, shipped: Topology): Promise<Lab> {
    const { Lab, LabBrowser, Stepper } = await loadLabModules()
    const saver = new DesignSaver(workspace.root, shipped)
    const found = await saver.find()
    const topology = found?.topology ?? shipped
    const lab = new Lab({
      plan: new LabPlan(topology, addressPlanFor(topology, this.platform, this.options.networkCards !== false)),
      saver,
      workspace,
      platform: this.platform,
      keeper: this.keeper,
      events: this.events,
      nodePath: this.options.nodePath,
      programsDir: this.options.programsDir,
      shippedCodebase: join(this.options.resourcesDir, 'codebases', topology.codebase),
    })
    await lab.prepare()
    if (found !== null) this.events.emit({ type: 'designFound', taken: found.topology !== null, path: found.path })
    this.current = lab
    const browser = new LabBrowser(lab.plan, this.events, lab.network)
    this.browser = browser
    this.stepping = new Stepper({
      network: lab.network,
      events: this.events,
      open: (url, stepOptions) => browser.open(url, stepOptions),
      readUrl: (url) => browser.readUrl(url),
      publicFolder: (host) => lab.publicFolder(host),
      algorithmOf: (balancer) =>
        lab.plan.ofRole('load-balancer').find(({ id }) => id === balancer)?.spec.algorithm ?? '',
    })
    return lab
  }

  /** A lab whose plan stands stays open with what did start, so that the person can look and mend; else nothing is left. */
  private failStart(error: unknown): never {
    const failure = toFailure(error)
    this.events.emit({ type: 'labFailed', failure })
    if (this.events.state.phase === 'starting')
      this.events.emit({ type: 'labPhaseChanged', phase: this.current === null ? 'idle' : 'running' })
    throw error
  }

  /** Stops the lab; a second call waits for the first. Throws `LAB_NOT_RUNNING`. */
  async stopLab(): Promise<void> {
    if (this.stopping === null && this.current === null) throw new LabError('LAB_NOT_RUNNING')
    this.stopping ??= this.stopCurrent().finally(() => {
      this.stopping = null
    })
    await this.stopping
  }

  private async stopCurrent(): Promise<void> {
    const lab = this.current
    this.events.emit({ type: 'labPhaseChanged', phase: 'stopping' })
    await this.stepping?.dispose()
    this.stepping = null
    this.browser?.close()
    this.browser = null
    await lab?.stop()
    this.current = null
    this.events.emit({ type: 'labDisposed' })
  }

  sendRequest(url: string | undefined): Promise<RequestResult> {
    if (this.browser === null) throw new LabError('LAB_NOT_RUNNING')
    return this.browser.open(url)
  }

  async readCapabilities(): Promise<Capabilities> {
    const { findEngines } = await import('./roles/find-engines.ts')
    const yes = { supported: true, reason: null }
    const { freeze, resume } = this.platform.capabilities
    return {
      platform: process.platform,
      actions: { start: yes, stop: yes, kill: yes, restart: yes, freeze, resume },
      engines: await findEngines(),
    }
  }

  async dispose(): Promise<void> {
    this.disposed = true
    try {
      if (this.current !== null || this.stopping !== null) await this.stopLab()
      await this.keeper.dispose()
      await this.registry.close()
    } catch {
      // What could not be ended here is ended by the guard, and swept at the next start.
    }
    this.events.flush()
  }
}
