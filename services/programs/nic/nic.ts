import type { NicConfig, NicPort } from '../../protocols/nic/config.ts'
import type { NicCommand, NicReport, PortStatus } from '../../protocols/nic/messages.ts'
import type { Log } from '../kit/log.ts'
import { clock, nowNs } from './clock.ts'
import { WireFaults } from './faults/wire-faults.ts'
import { Holds } from './holds.ts'
import { Hosts, type HostPort } from './hosts.ts'
import { Links } from './links.ts'
import type { NicParts } from './parts.ts'
import { PeerWatch } from './peer-watch.ts'
import { Recorder } from './recorder.ts'
import { SourcePorts } from './source-ports.ts'
import { TcpPort } from './tcp-port.ts'
import { UdpPort } from './udp-port.ts'

/** A command that can't be carried out; the sentence is for whoever sent it. */
export class NicCommandError extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'NicCommandError'
  }
}

/** How often the figures go out, when they have changed. */
const STATS_EVERY_MS = 250

/** The network cards of all hosts of a lab. */
export class Nic {
  private readonly report: (report: NicReport) => void
  private readonly parts: NicParts
  private readonly ports: (TcpPort | UdpPort)[]
  private readonly statsTimer: NodeJS.Timeout
  private lastConnection = 0
  private lastStats = ''
  /** The faults that were set last are in force. */
  private settled: Promise<unknown> = Promise.resolve()

  constructor(config: NicConfig, log: Log, report: (report: NicReport) => void) {
    this.report = report
    const hosts = new Hosts(config)
    const recorder = new Recorder(hosts, config.recording, config.ringBytes)
    this.parts = {
      hosts,
      recorder,
      log,
      links: new Links(),
      sourcePorts: new SourcePorts(),
      faults: new WireFaults(() => this.faultsChanged()),
      peerWatch: new PeerWatch(),
      holds: new Holds({
        report,
        wasHeld: (no, ns) => recorder.wasHeld(no, ns),
        armedChanged: (armed) => this.watchConnections(armed),
      }),
      nextConnection: () => (this.lastConnection += 1),
    }
    this.ports = hosts.ports.map((place, index) => this.makePort(place, index))
    for (const fault of config.faults) this.parts.faults.set(fault)
    this.statsTimer = setInterval(() => this.sendStats(), STATS_EVERY_MS)
  }

  private makePort(place: HostPort, index: number): TcpPort | UdpPort {
    const listener = { portChanged: (status: PortStatus, why: string) => this.portChanged(status, why) }
    return place.port.transport === 'tcp'
      ? new TcpPort(index, place, this.parts, listener)
      : new UdpPort(index, place, this.parts, listener)
  }

  /** Looks behind every port once, opens what is there, and says that it is ready. */
  async start(): Promise<void> {
    await Promise.all(this.ports.map((port) => port.start()))
    this.report({ type: 'ready', clock: clock(), pid: process.pid, ports: this.ports.map((port) => port.status) })
  }

  /** Closes all ports and resets all connections. What is held is reported as lost. */
  stop(): void {
    clearInterval(this.statsTimer)
    this.parts.holds.end()
    this.parts.peerWatch.stop()
    for (const port of this.ports) port.stop()
    this.sendStats()
  }

  /** Carries out a command and answers it. Throws an `Error` with a sentence. */
  handle(command: NicCommand): void {
    const { faults, holds, recorder } = this.parts
    switch (command.type) {
      case 'setPort':
        this.setPort(command)
        break
      case 'addHost':
        this.parts.hosts.addHost(command.host)
        break
      case 'addPort':
        this.addPort(command.port)
        break
      case 'hold':
        holds.hold(command.traceId)
        break
      case 'holdDns':
        holds.holdDns(command)
        break
      case 'release':
        if (!holds.release(command.holdId)) throw new NicCommandError(`nothing is held as number ${command.holdId}`)
        break
      case 'releaseAll':
        holds.releaseAll(command.traceId)
        break
      case 'setFault':
        faults.set(command.fault)
        return this.answerWhenSettled(command.id)
      case 'clearFault':
        faults.clear(command.fault)
        return this.answerWhenSettled(command.id)
      case 'clear':
        recorder.clear()
        break
      case 'setRecording':
        recorder.setRecording(command.mode, command.ringBytes)
        break
      case 'records': {
        const { firstNo, nextNo } = recorder.stats()
        const records = recorder.records(command.fromNo, command.limit)
        return this.report({ type: 'records', id: command.id, records, firstNo, nextNo })
      }
      case 'record':
        return this.report({ type: 'record', id: command.id, record: recorder.record(command.no) })
    }
    this.report({ type: 'done', id: command.id })
  }

  private addPort(wanted: NicPort): void {
    if (this.findPort(wanted) !== undefined) return
    const { hosts } = this.parts
    if (!hosts.knows(wanted.host)) throw new NicCommandError(`${wanted.host} is no host here`)
    const place = hosts.add(wanted)
    const port = this.makePort(place, hosts.ports.length - 1)
    this.ports.push(port)
    void port.faultsChanged()
    void port.start()
  }

  private findPort(wanted: Pick<NicPort, 'host' | 'port' | 'transport'>): TcpPort | UdpPort | undefined {
    return this.ports.find(
      ({ place: { port } }) =>
        port.host === wanted.host && port.port === wanted.port && port.transport === wanted.transport,
    )
  }

  private setPort(wanted: NicCommand & { type: 'setPort' }): void {
    const found = this.findPort(wanted)
    if (found === undefined)
      throw new NicCommandError(`${wanted.host} has no ${wanted.transport} port ${wanted.port} here`)
    found.setWanted(wanted.open)
  }

  private portChanged(status: PortStatus, why: string): void {
    const { host, service, transport, port, open } = status
    this.parts.log.event({
      what: `${host} ${transport} ${port} ${open ? 'open' : 'closed'}`,
      outcome: `${service}: ${why}`,
      level: open ? 'good' : 'warning',
    })
    this.report({ type: 'portChanged', port: status, why })
  }

  private faultsChanged(): void {
    this.settled = Promise.all(this.ports.map((port) => port.faultsChanged()))
    this.sendFaultFigures()
  }

  private answerWhenSettled(id: number): void {
    void this.settled.then(() => this.report({ type: 'done', id }))
  }

  private sendFaultFigures(): void {
    this.report({ type: 'faults', figures: this.parts.faults.figures() })
  }

  private watchConnections(armed: boolean): void {
    for (const port of this.ports) {
      if (!(port instanceof TcpPort)) continue
      for (const connection of port.connections) {
        if (armed) connection.watch()
        else connection.unwatch()
      }
    }
  }

  private sendStats(): void {
    if (this.parts.faults.any) this.sendFaultFigures()
    const links = this.parts.links.stats()
    const ring = this.parts.recorder.stats()
    const text = JSON.stringify([links, ring])
    if (text === this.lastStats) return
    this.lastStats = text
    this.report({ type: 'stats', timeNs: nowNs(), links, ring })
  }
}
