import type { Socket } from 'node:net'
import { parseIpv4 } from '../../protocols/nic/ipv4.ts'
import type { HoldLostReason } from '../../protocols/nic/messages.ts'
import type { PacketFault } from '../../protocols/nic/records.ts'
import type { WirePath } from './faults/wire-faults.ts'
import { Gate } from './gate.ts'
import type { LinkCounter } from './links.ts'
import type { NicParts } from './parts.ts'
import { Pump, type PumpOwner } from './pump.ts'
import { KIND, type PacketSource } from './recorder.ts'
import { readTcpTable, type SocketName } from './socket-table.ts'
import { connectTcp, resetSocket, type OpenAccepted } from './sockets.ts'
import type { HostPort } from './hosts.ts'

/** What a connection tells its port. */
export interface ConnectionOwner {
  readonly index: number
  readonly place: HostPort
  /** Nobody listens behind the port. */
  refused(): void
  /** The system cannot connect for another reason. */
  failed(error: Error): void
  closed(connection: TcpConnection): void
}

/** On Linux an unbound socket that calls a loopback address comes from here anyway: binding would only cost time. */
const DEFAULT_SOURCE = process.platform === 'linux' ? '127.0.0.1' : null

/** Bind failures that say that the sender's own port can't be shared. */
const PORT_TAKEN = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'])

/** One TCP connection through the NIC: the client's half outside, the half to the process inside. */
export class TcpConnection implements PacketSource, PumpOwner {
  readonly id: number
  readonly portIndex: number
  readonly address: string
  readonly peerAddress: number
  readonly peerPort: number
  /** The calling host; null for a client. */
  readonly peerHost: string | null
  readonly link: LinkCounter
  /** The client's port as the process behind sees it; 0 until the connection stands. */
  seenPort = 0
  readonly toServer: Pump
  readonly toClient: Pump
  /** Watches messages while a trace is held; null nearly always. */
  gate: Gate | null = null
  readonly place: HostPort
  private readonly parts: NicParts
  private readonly owner: ConnectionOwner
  private readonly client: Socket
  private server: Socket
  private closing = 2
  private connected = false

  constructor(owner: ConnectionOwner, parts: NicParts, open: OpenAccepted) {
    this.owner = owner
    this.parts = parts
    this.place = owner.place
    this.portIndex = owner.index
    this.id = parts.nextConnection()
    this.toServer = new Pump(this, false)
    this.toClient = new Pump(this, true)
    this.client = open(this.toServer.reader)
    this.client.on('end', () => this.onEnd(this.toServer))
    this.client.on('error', () => this.onReset(this.toServer, this.server))
    this.client.on('close', () => this.onClose())
    // A client that has left already has no address any more.
    this.address = this.client.remoteAddress ?? ''
    this.peerAddress = parseIpv4(this.address) ?? 0
    this.peerPort = this.client.remotePort ?? 0
    const { host, port } = owner.place
    this.peerHost = parts.hosts.hostAt(this.address)
    this.link = parts.links.counter(this.peerHost, host.id, port.service)
    this.link.connections += 1
    if (parts.faults.any) this.layFaults()
    this.server = this.connect(parts.sourcePorts.shouldTry(this.address, this.portIndex))
  }

  arrived(pump: Pump, chunk: Buffer): boolean {
    const { offset, out } = pump
    pump.offset = offset + chunk.length
    const no = this.parts.recorder.packet(this, KIND.segment, out, offset, chunk)
    return this.gate === null ? pump.forward(chunk) : this.gate.take(pump, chunk, no)
  }

  /** Faults have been set or are over; those that reset connections reset this one. */
  faultsChanged(): void {
    if (this.layFaults()) this.mustReset()
  }

  mustReset(): void {
    if (this.client.destroyed && this.server.destroyed) return
    const { recorder } = this.parts
    recorder.noteFault(recorder.packet(this, KIND.reset, true, this.toClient.offset, null), 'reset')
    this.reset()
  }

  marked(fault: PacketFault | null, delayMs: number): void {
    // What a gate kept back is not the last that was recorded.
    if (this.gate === null) this.parts.recorder.noteFaultOfLast(fault, delayMs)
  }

  get path(): WirePath {
    return { peerHost: this.peerHost, host: this.place.host.id, service: this.place.port.service }
  }

  /** Returns whether it is to be reset. */
  private layFaults(): boolean {
    const { faults } = this.parts
    let resets = false
    for (const pump of [this.toServer, this.toClient]) {
      const found = faults.on(this.path, pump.out)
      for (const { fault, meter } of found) {
        if (fault.resetsStanding !== true) continue
        meter.reset += 1
        resets = true
      }
      pump.setFaults(found)
    }
    return resets
  }

  /** From now on messages are looked at. */
  watch(): void {
    const fromStart = this.toServer.offset === 0 && this.toClient.offset === 0
    this.gate ??= new Gate(this, this.parts.holds, fromStart)
  }

  /** Messages are not looked at any more; what was kept back goes on. */
  unwatch(): void {
    this.gate?.dissolve()
    this.gate = null
  }

  /** A side of a held connection may be gone without a reset: that is looked after until nothing is held. */
  lookAfterHold(): void {
    this.parts.peerWatch.add(this)
  }

  /** Whether the process behind has closed its socket for good; false where the system does not tell. */
  async isServerGone(): Promise<boolean> {
    const table = await readTcpTable()
    return table !== null && !table.has(this.farEnds.server)
  }

  /** The sockets at the far ends, as the system lists them: each as its own end sees it. */
  get farEnds(): { readonly client: SocketName; readonly server: SocketName } {
    const { host, port } = this.place
    const client = { address: this.address, port: this.peerPort }
    return {
      client: { local: client, remote: { address: host.outer, port: port.port } },
      server: {
        local: { address: host.inner, port: port.port },
        remote: { address: this.address, port: this.seenPort },
      },
    }
  }

  /** One side is gone while something was held: nothing of it arrives, and the other side is reset. */
  abandon(reason: HoldLostReason): void {
    this.gate?.lost(reason)
    this.reset()
  }

  /** Ends both halves by a reset, behind what was forwarded. */
  reset(): void {
    this.toServer.flush()
    this.toClient.flush()
    resetSocket(this.client)
    resetSocket(this.server)
  }

  private connect(keepPort: boolean): Socket {
    const { host, port } = this.place
    const bind = keepPort || this.address !== DEFAULT_SOURCE
    const socket = connectTcp(
      {
        address: host.inner,
        port: port.port,
        ...(bind ? { localAddress: this.address } : {}),
        ...(keepPort ? { localPort: this.peerPort } : {}),
      },
      this.toClient.reader,
    )
    socket.on('connect', () => this.onConnect(keepPort))
    socket.on('end', () => this.onEnd(this.toClient))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.connected) this.onReset(this.toClient, this.client)
      else this.onConnectError(error, keepPort)
    })
    socket.on('close', () => {
      if (socket === this.server) this.onClose()
    })
    return socket
  }

  private onConnect(keptPort: boolean): void {
    this.connected = true
    this.seenPort = keptPort ? this.peerPort : (this.server.localPort ?? 0)
    if (keptPort) this.parts.sourcePorts.worked(this.address, this.portIndex)
    this.parts.recorder.packet(this, KIND.handshake, false, 0, null)
    if (this.parts.holds.armed) this.watch()
    this.toServer.start(this.client, this.server)
    this.toClient.start(this.server, this.client)
  }

  private onConnectError(error: NodeJS.ErrnoException, keptPort: boolean): void {
    if (keptPort && PORT_TAKEN.has(error.code ?? '') && !this.client.destroyed) {
      this.parts.sourcePorts.failed(this.address, this.portIndex)
      this.server = this.connect(false)
      return
    }
    this.parts.recorder.packet(this, KIND.refused, true, 0, null)
    resetSocket(this.client)
    if (error.code === 'ECONNREFUSED') this.owner.refused()
    else this.owner.failed(error)
  }

  private onEnd(pump: Pump): void {
    if (pump.ended) return
    pump.ended = true
    this.parts.recorder.packet(this, KIND.close, pump.out, pump.offset, null)
    if (this.gate === null) pump.end()
    else this.gate.end(pump)
  }

  /** One side is gone: so the other learns. */
  private onReset(pump: Pump, other: Socket): void {
    this.parts.recorder.packet(this, KIND.reset, pump.out, pump.offset, null)
    this.gate?.lost(pump.out ? 'server-gone' : 'client-gone')
    if (pump.resetByWire()) return
    pump.flush()
    resetSocket(other)
  }

  private onClose(): void {
    this.closing -= 1
    if (this.closing > 0) return
    this.gate?.lost('nic-ends')
    this.toServer.release()
    this.toClient.release()
    this.link.connections -= 1
    this.owner.closed(this)
    this.logEnd()
  }

  private logEnd(): void {
    const { log } = this.parts
    if (!log.writesRequests) return
    log.request({
      what: `${this.peerHost ?? 'client'} > ${this.place.port.service}`,
      peer: `${this.address}:${this.peerPort}`,
      outcome: this.connected
        ? `connection closed: ${this.toServer.offset} bytes in, ${this.toClient.offset} out`
        : 'connection refused',
      level: this.connected ? 'info' : 'warning',
    })
  }
}
