import { connect, type Server } from 'node:net'
import { parseIpv4 } from '../../protocols/nic/ipv4.ts'
import type { HostPort } from './hosts.ts'
import type { NicParts } from './parts.ts'
import { KIND } from './recorder.ts'
import { MirroredPort, type PortListener } from './mirrored-port.ts'
import { createTcpServer, resetSocket, type OpenAccepted, type Peer, type Reader } from './sockets.ts'
import { atEndOfTurn, type PutOff } from './turn-end.ts'
import { TcpConnection, type ConnectionOwner } from './tcp-connection.ts'

/** Connections that may wait in the system until they are accepted. */
const BACKLOG = 1024

/** A system without free files fails thousands of times a second: one line says it. */
const FAILURE_EVERY_MS = 1000

/** More would use up the system's files: the oldest learn that nobody will answer. */
const MAX_SILENT = 2000

/** Of a connection that is only opened to be reset. */
const NO_READER: Reader = { buffer: Buffer.alloc(1), callback: () => false }

interface Accepted {
  readonly open: OpenAccepted
  readonly peer: Peer
}

/** A TCP port of a host: listens outside while a process listens inside, and passes connections through. */
export class TcpPort extends MirroredPort implements ConnectionOwner, PutOff {
  readonly connections = new Set<TcpConnection>()
  private readonly parts: NicParts
  private server: Server | null = null
  /** Connections that the faults keep silent: nothing of them is read, and nobody behind hears of them. */
  private silent: Accepted[] = []
  /** Those of this turn of the event loop. */
  private accepted: OpenAccepted[] = []
  private failedMs = 0

  constructor(index: number, place: HostPort, parts: NicParts, listener: PortListener) {
    super(index, place, listener)
    this.parts = parts
  }

  /** Faults have been set or are over; resolves when they are in force, or gone. */
  faultsChanged(): Promise<void> {
    const { host, port } = this.place
    const settled = this.setForAll(this.parts.faults.forAll(host.id, port.service))
    for (const connection of [...this.connections]) connection.faultsChanged()
    const silent = this.silent
    this.silent = []
    for (const accepted of silent) this.admit(accepted, true)
    return settled
  }

  refused(): void {
    this.closeNow('nobody listens behind it')
    this.watchAgain()
  }

  failed(error: Error): void {
    const nowMs = Date.now()
    if (nowMs - this.failedMs < FAILURE_EVERY_MS) return
    this.failedMs = nowMs
    const { service } = this.place.port
    this.parts.log.event({ what: `${service} not reached`, outcome: error.message, level: 'warning' })
  }

  closed(connection: TcpConnection): void {
    this.connections.delete(connection)
  }

  protected override endAll(): void {
    for (const connection of this.connections) connection.reset()
    // The process may be over before the end of the turn; the system would then end these as if all had gone well.
    for (const open of [...this.accepted, ...this.silent.map((one) => one.open)]) resetSocket(open(NO_READER))
    this.accepted = []
    this.silent = []
  }

  protected override listen(): Promise<void> {
    const server = createTcpServer({
      accepted: (open, peer) => {
        if (this.parts.faults.any) this.admit({ open, peer: peer() })
        else this.beginLater(open)
      },
      failed: (error) => this.failed(error),
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.once('listening', () => {
        server.off('error', reject)
        server.on('error', (error) => this.failed(error))
        this.server = server
        resolve()
      })
      server.listen({ host: this.place.host.outer, port: this.place.port.port, backlog: BACKLOG })
    })
  }

  /**
   * At the end of the turn, behind all others that wait to be accepted: each call of a process wakes it, which takes the
   * processor away from us with the next connection unaccepted.
   */
  private beginLater(open: OpenAccepted): void {
    if (this.accepted.push(open) === 1) atEndOfTurn(this)
  }

  endOfTurn(): void {
    const { accepted } = this
    this.accepted = []
    for (const open of accepted) {
      if (this.server === null) resetSocket(open(NO_READER))
      else this.begin(open)
    }
  }

  private begin(open: OpenAccepted): void {
    this.connections.add(new TcpConnection(this, this.parts, open))
  }

  /** Takes a connection as the faults have it; `again` one that was silent before. */
  private admit(accepted: Accepted, again = false): void {
    const { faults, hosts } = this.parts
    const path = {
      peerHost: hosts.hostAt(accepted.peer.address),
      host: this.place.host.id,
      service: this.place.port.service,
    }
    const fate = faults.atConnect(path)
    if (fate === null) return this.begin(accepted.open)
    if (!again || fate === 'refuse') {
      faults.noteConnect(path, fate)
      this.record(accepted.peer, path.peerHost, fate)
    }
    if (fate === 'refuse') return resetSocket(accepted.open(NO_READER))
    this.silent.push(accepted)
    if (this.silent.length > MAX_SILENT) resetSocket(this.silent.shift()?.open(NO_READER))
  }

  /** A connection that never came to be: a fault refused it, or keeps it silent. */
  private record({ address, port }: Peer, peerHost: string | null, fate: 'refuse' | 'silence'): void {
    const { links, nextConnection, recorder } = this.parts
    const source = {
      id: nextConnection(),
      portIndex: this.index,
      peerAddress: parseIpv4(address) ?? 0,
      peerPort: port,
      seenPort: 0,
      link: links.counter(peerHost, this.place.host.id, this.place.port.service),
    }
    if (fate === 'refuse') recorder.noteFault(recorder.packet(source, KIND.refused, true, 0, null), 'refused')
    else recorder.noteFault(recorder.packet(source, KIND.handshake, false, 0, null), 'kept')
  }

  protected override unlisten(): void {
    this.server?.close()
    this.server = null
  }

  /** Whether a connection to the process stands. It ends at once, without a reset: that would be an error in some logs. */
  protected override listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const probe = connect({ host: this.place.host.inner, port: this.place.port.port, autoSelectFamily: false })
      probe.once('connect', () => {
        probe.destroy()
        resolve(true)
      })
      probe.once('error', () => resolve(false))
    })
  }
}
