import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  LabError,
  NO_RECORDING,
  type CaptureFile,
  type FollowedStream,
  type NetworkStateName,
  type PacketPage,
  type PacketPosition,
  type PacketView,
  type RecordingMode,
  type RecordingState,
  type Trace,
} from '../../contract/index.ts'
import type { NicPort } from '../../protocols/nic/config.ts'
import type { NicClock } from '../../protocols/nic/records.ts'
import type { Held, NicReport } from '../../protocols/nic/messages.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan, PlannedService } from '../plan/lab-plan.ts'
import { programEnvironment } from '../roles/driver.ts'
import { LogFile } from '../supervisor/log-file.ts'
import type { RefusedCall } from '../supervisor/status-reports.ts'
import type { ProcessKeeper } from '../supervisor/process-keeper.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { CardPorts } from './card-ports.ts'
import { LinkRates } from './link-rates.ts'
import { NetworkFaults } from './network-faults.ts'
import { interfacesOf, nicConfigOf, portsOf } from './nic-ports.ts'
import { NicFailure, NicProcess, type NicOrder } from './nic-process.ts'
import { PacketDesk } from './packet-desk.ts'
import { PacketReader } from './packet-reader.ts'
import { PacketStore } from './packet-store.ts'
import { TraceKeeper } from './trace-keeper.ts'

export interface NetworkParts {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly keeper: ProcessKeeper
  readonly events: EventLog
  readonly nodePath: string
  readonly programsDir: string
}

/** What happens to messages that are held. */
export type HoldReport = NicReport & { readonly type: 'held' | 'released' | 'holdLost' }

const SAMPLE_EVERY_MS = 500
const STOP_GRACE_MS = 1000
/** A NIC that ends by itself is started again: at once, then with growing pauses. */
const FIRST_RESTART_MS = 50
const LONGEST_RESTART_MS = 5000
/** After so long a life the next end is a new matter. */
const SETTLED_MS = 10_000

/** What exists while a NIC process runs. */
interface Running {
  readonly nic: NicProcess
  readonly reader: PacketReader
  readonly desk: PacketDesk
  readonly clock: NicClock
}

/** The network cards of all hosts: one process that every byte of the lab passes, and what it recorded. */
export class Network {
  readonly faults = new NetworkFaults((order) => this.order(order))
  private readonly parts: NetworkParts
  private readonly log: LogFile
  private readonly traces: TraceKeeper
  private readonly rates = new LinkRates()
  private readonly ports = new CardPorts((order) => this.askQuietly(order))
  private readonly holdWatchers = new Set<(report: HoldReport) => void>()
  private readonly held = new Map<number, Held>()
  private store: PacketStore
  /** The process, also while it is not ready yet. */
  private nic: NicProcess | null = null
  private running: Running | null = null
  private stats: (NicReport & { readonly type: 'stats' }) | null = null
  private mode: RecordingMode = NO_RECORDING.mode
  private ringBytes = NO_RECORDING.ringBytes
  private skipped = 0
  private stopping = false
  private launching: Promise<void> = Promise.resolve()
  private restartMs = FIRST_RESTART_MS
  private restartTimer: NodeJS.Timeout | null = null
  private sampleTimer: NodeJS.Timeout | null = null
  private lastSample = ''
  private endObserving: () => void = () => undefined

  constructor(parts: NetworkParts) {
    this.parts = parts
    this.log = new LogFile(parts.workspace.logPath('nic'))
    this.traces = new TraceKeeper(
      (event) => parts.events.emit(event),
      () => this.store.noteTraces(),
    )
    this.store = this.makeStore()
  }

  get state(): NetworkStateName {
    return this.parts.events.state.network.state
  }

  /** Starts the process; resolves when its ports are looked after. Where hosts have no cards, nothing is started. */
  async start(): Promise<void> {
    if (this.parts.plan.innerAddresses() === null) {
      this.parts.events.emit({ type: 'networkChanged', patch: { state: 'unsupported' } })
      return
    }
    // The plan is known only now: places of the lab for the packets.
    this.store = this.makeStore()
    this.endObserving = this.parts.events.observe((event) => {
      if (event.type === 'planChanged') return this.store.move(event)
      if (event.type !== 'serviceChanged') return
      const { state } = event.patch
      if (state === 'stopped' || state === 'failed') this.processChanged(event.service, false)
      if (state === 'running') this.processChanged(event.service, true)
    })
    this.sampleTimer = setInterval(() => this.sample(), SAMPLE_EVERY_MS)
    this.launching = this.launch()
    await this.launching
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.endObserving()
    if (this.restartTimer !== null) clearTimeout(this.restartTimer)
    if (this.sampleTimer !== null) clearInterval(this.sampleTimer)
    this.running?.reader.stop()
    await this.nic?.stop(STOP_GRACE_MS)
    await this.launching
    await this.log.close()
  }

  /** Frees the ports of a service whose process does not run, so that it can be seen whether others have taken them. */
  async closePorts(service: PlannedService): Promise<void> {
    await Promise.all(portsOf(service).map((port) => this.ports.close(port)))
  }

  /** Resolves when the service can be reached through its network card, or `signal` aborts. */
  async reachable(service: PlannedService, signal: AbortSignal): Promise<void> {
    if (this.state === 'unsupported') return
    await this.ports.untilOpen(portsOf(service), signal)
  }

  /** A host of the plan is new: it gets a network card. Throws `NETWORK_FAILED`. */
  async addHost(id: string): Promise<void> {
    const place = this.parts.plan.innerAddresses()?.find(({ host }) => host === id)
    if (place !== undefined && this.running !== null) await this.ask({ type: 'addHost', host: { ...place, id } })
  }

  /** A host is gone; its ports are closed, since nothing listens behind them. */
  forgetHost(host: string): void {
    this.ports.forgetHost(host)
  }

  /** Looks after a port from now on; the NIC opens it while a process listens behind it. */
  openPort(port: NicPort): Promise<void> {
    return this.ports.open(port)
  }

  /** A request of the browser begins. */
  expectTrace(traceId: string, stepped: boolean): void {
    this.traces.expect(traceId, stepped)
    this.running?.reader.noteTrace()
  }

  expectDns(traceId: string, address: string, port: number): void {
    this.traces.book.expectDns(traceId, address, port)
  }

  /** A service could not connect to another: no network card saw it, since nobody listened. */
  noteRefused(from: string, { address, port, atUs }: RefusedCall): void {
    const { services } = this.parts.events.state
    const to = services.find((service) => service.address === address && service.port === port)?.id
    if (to === undefined || this.running === null) return
    const timeNs = Number(BigInt(atUs) * 1000n - BigInt(this.running.clock.epochNs))
    this.traces.noteRefused(this.store.refusal(from, to, timeNs))
  }

  /** Called with everything that happens to held messages; returns the way to end it. */
  onHolds(watcher: (report: HoldReport) => void): () => void {
    this.holdWatchers.add(watcher)
    return () => this.holdWatchers.delete(watcher)
  }

  /** Throws `NETWORK_OFF` or `NETWORK_FAILED`. */
  async ask(order: NicOrder): Promise<NicReport> {
    return this.live((running) => running.nic.ask(order))
  }

  /** Reads what was recorded up to now. */
  async catchUp(): Promise<void> {
    await this.running?.reader.catchUp()
    this.traces.tell()
  }

  async readPackets(filter: string, from: number | null, limit: number): Promise<PacketPage> {
    return this.live(({ desk }) => desk.page(filter, from, limit))
  }

  findPacket(filter: string, no: number): Promise<PacketPosition> {
    return this.live(({ desk }) => desk.position(filter, no))
  }

  readPacket(no: number): Promise<PacketView> {
    return this.live(async ({ desk, reader }) => {
      if (this.store.find(no) === undefined) await reader.catchUp()
      return desk.packet(no)
    })
  }

  followStream(connection: number): Promise<FollowedStream> {
    return this.live(({ desk }) => desk.stream(connection))
  }

  exportCapture(): Promise<CaptureFile> {
    return this.live(async ({ desk, reader }) => {
      await reader.catchUp()
      return desk.capture()
    })
  }

  async readTrace(id: number): Promise<Trace> {
    await this.catchUp()
    return this.traces.read(id)
  }

  /** The trace with this id as far as it is known now; null when nothing was seen of it. */
  findTrace(traceId: string): Trace | null {
    return this.traces.book.read(traceId)
  }

  async clear(): Promise<void> {
    await this.ask({ type: 'clear' })
    this.forgetPackets()
  }

  async setRecording(mode: RecordingMode, ringBytes: number): Promise<RecordingState> {
    await this.ask({ type: 'setRecording', mode, ringBytes })
    if (ringBytes !== this.ringBytes) this.forgetPackets()
    this.mode = mode
    this.ringBytes = ringBytes
    this.sample()
    return this.recording()
  }

  private makeStore(): PacketStore {
    return new PacketStore(this.parts.events.state, this.traces.book)
  }

  private async launch(): Promise<void> {
    const { plan, workspace, nodePath, programsDir, events, keeper } = this.parts
    events.emit({ type: 'networkChanged', patch: { state: 'starting', pid: null } })
    const config = nicConfigOf(plan, this.mode, this.ringBytes, this.faults.all)
    if (config === null) return
    const ports = this.ports.configure(config.ports)
    const folder = join(workspace.root, 'network')
    await mkdir(folder, { recursive: true })
    const file = join(folder, 'nic.json')
    await writeFile(file, `${JSON.stringify({ ...config, ports }, null, 2)}\n`)
    if (this.stopping) return
    await new Promise<void>((resolve) => {
      const nic = new NicProcess({
        command: [nodePath, join(programsDir, 'nic.mjs'), '--config', file],
        env: programEnvironment(),
        onReport: (report) => {
          if (report.type === 'ready') {
            this.opened(nic, report)
            resolve()
          } else this.take(report)
        },
        onOutput: (text) => void this.log.write(text, () => undefined),
        onExit: () => {
          this.ended(nic)
          resolve()
        },
      })
      this.nic = nic
      if (nic.pid !== null) void keeper.add(nic.pid, 'nic')
    })
  }

  private opened(nic: NicProcess, { clock, ports, pid }: NicReport & { readonly type: 'ready' }): void {
    this.store = this.makeStore()
    this.traces.clear()
    this.rates.clear()
    const { plan, workspace, events } = this.parts
    const reader = new PacketReader(nic, {
      store: this.store,
      read: () => this.traces.tell(),
      skipped: (count) => {
        this.skipped += count
      },
    })
    const desk = new PacketDesk({
      nic,
      clock,
      store: this.store,
      recording: () => this.recording(),
      interfaces: () => interfacesOf(plan),
      folder: join(workspace.root, 'captures'),
    })
    this.running = { nic, reader, desk, clock }
    for (const port of ports) this.ports.note(port)
    events.emit({ type: 'networkChanged', patch: { state: 'ready', pid } })
    setTimeout(() => {
      if (this.running?.nic === nic) this.restartMs = FIRST_RESTART_MS
    }, SETTLED_MS).unref()
  }

  private ended(nic: NicProcess): void {
    const { events, keeper } = this.parts
    if (nic.pid !== null) void keeper.remove(nic.pid)
    if (this.running?.nic === nic) {
      this.running.reader.stop()
      this.running = null
    }
    this.ports.allClosed()
    this.loseHolds()
    if (this.stopping) return events.emit({ type: 'networkChanged', patch: { state: 'off', pid: null } })
    this.forgetPackets()
    const { restarts } = events.state.network
    events.emit({ type: 'networkChanged', patch: { state: 'failed', pid: null, restarts: restarts + 1 } })
    this.restartTimer = setTimeout(() => {
      this.launching = this.launch()
    }, this.restartMs)
    this.restartMs = Math.min(this.restartMs * 2, LONGEST_RESTART_MS)
  }

  private take(report: NicReport): void {
    switch (report.type) {
      case 'portChanged':
        return this.ports.note(report.port)
      case 'stats':
        return void (this.stats = report)
      case 'faults':
        return this.faults.take(report.figures)
      case 'held':
        this.held.set(report.held.holdId, report.held)
        return this.tellHold(report)
      case 'released':
      case 'holdLost': {
        const held = this.held.get(report.holdId)
        this.held.delete(report.holdId)
        if (held !== undefined) this.traces.book.noteHold(held.traceId, held.no, held.timeNs, report.timeNs)
        return this.tellHold(report)
      }
      default:
    }
  }

  private tellHold(report: HoldReport): void {
    for (const watcher of [...this.holdWatchers]) watcher(report)
  }

  /** A NIC that was killed could not say that what it held is lost. */
  private loseHolds(): void {
    for (const { holdId, timeNs } of this.held.values())
      this.tellHold({ type: 'holdLost', holdId, reason: 'nic-ends', timeNs })
    this.held.clear()
  }

  private processChanged(service: string, runs: boolean): void {
    const number = this.parts.events.state.services.find(({ id }) => id === service)?.port
    this.ports.processChanged(service, number, runs)
  }

  /** A NIC that is not there is told nothing: it looks by itself when it starts. */
  private async askQuietly(order: NicOrder): Promise<void> {
    try {
      await this.running?.nic.ask(order)
    } catch (error) {
      if (!(error instanceof NicFailure)) throw error
    }
  }

  /** For what a NIC learns by its configuration when it starts anew. Throws `NETWORK_FAILED` when it cannot be done. */
  private async order(order: NicOrder): Promise<void> {
    const { running } = this
    if (running === null) return
    try {
      await running.nic.ask(order)
    } catch (error) {
      if (!(error instanceof NicFailure)) throw error
      if (this.running === running) throw new LabError('NETWORK_FAILED', { detail: error.message })
    }
  }

  private async live<Value>(work: (running: Running) => Value | Promise<Value>): Promise<Value> {
    if (this.running === null) throw new LabError('NETWORK_OFF', { state: this.state })
    try {
      return await work(this.running)
    } catch (error) {
      if (error instanceof NicFailure) throw new LabError('NETWORK_FAILED', { detail: error.message })
      throw error
    }
  }

  private forgetPackets(): void {
    this.store.clear()
    this.traces.clear()
    this.skipped = 0
    this.parts.events.emit({ type: 'packetsCleared' })
  }

  private recording(): RecordingState {
    return {
      mode: this.mode,
      ringBytes: this.ringBytes,
      usedBytes: this.stats?.ring.usedBytes ?? 0,
      recorded: this.stats?.ring.recorded ?? 0,
      dropped: this.stats?.ring.dropped ?? 0,
      skipped: this.skipped,
    }
  }

  /** Says nothing when nothing has changed. */
  private sample(): void {
    const { events } = this.parts
    const { links, services } = events.state
    const rates = this.stats === null ? [] : this.rates.take(this.stats.links, performance.now(), links, services)
    const recording = this.recording()
    const text = JSON.stringify([rates, recording])
    if (text === this.lastSample) return
    this.lastSample = text
    events.emit({ type: 'networkSampled', recording, rates })
  }
}
