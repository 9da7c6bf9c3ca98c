import { createSocket, type Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { parseIpv4 } from '../../protocols/nic/ipv4.ts'
import type { HostPort } from './hosts.ts'
import type { LinkCounter } from './links.ts'
import type { NicParts } from './parts.ts'
import type { PacketSource } from './recorder.ts'

/** Datagrams that may wait while the socket is being bound, which takes a turn or two of the event loop. */
const MAX_WAITING = 256

export interface FlowOwner {
  readonly index: number
  readonly place: HostPort
  /** A datagram came back from the process. */
  answered(flow: UdpFlow, datagram: Buffer): void
  /** The process is not listening (ICMP port unreachable). */
  flowRefused(flow: UdpFlow): void
  flowFailed(flow: UdpFlow, error: Error): void
}

/** One client of a UDP port: a socket of its own towards the process, bound to the client's address, so that answers find back. */
export class UdpFlow implements PacketSource {
  readonly id: number
  readonly portIndex: number
  readonly address: string
  readonly peerAddress: number
  readonly peerPort: number
  readonly peerHost: string | null
  readonly link: LinkCounter
  /** The port that the process sees: never the client's own, which would take the client's answers away from it. */
  seenPort = 0
  /** When something went through it last. */
  usedMs = 0
  /** Numbers of the datagrams of it that are held. */
  readonly holds = new Set<number>()
  readonly offset = { in: 0, out: 0 }
  private readonly owner: FlowOwner
  private readonly parts: NicParts
  private readonly socket: Socket
  private waiting: Buffer[] | null = []
  private closed = false

  constructor(owner: FlowOwner, parts: NicParts, address: string, port: number) {
    const { place } = owner
    this.owner = owner
    this.parts = parts
    this.portIndex = owner.index
    this.id = parts.nextConnection()
    this.address = address
    this.peerAddress = parseIpv4(address) ?? 0
    this.peerPort = port
    this.peerHost = parts.hosts.hostAt(address)
    this.link = parts.links.counter(this.peerHost, place.host.id, place.port.service)
    this.link.connections += 1
    this.socket = createUdpSocket()
    this.socket.on('message', (datagram) => owner.answered(this, datagram))
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') owner.flowRefused(this)
      else owner.flowFailed(this, error)
    })
    this.socket.once('listening', () => this.socket.connect(place.port.port, place.host.inner))
    this.socket.once('connect', () => this.connected())
    this.socket.bind({ address, port: 0, exclusive: true })
  }

  /** Sends to the process. */
  send(datagram: Buffer): void {
    if (this.closed) return
    if (this.waiting === null) this.socket.send(datagram)
    else if (this.waiting.length < MAX_WAITING) this.waiting.push(datagram)
  }

  /** What is held will never arrive: the process is gone. */
  loseHolds(): void {
    for (const holdId of this.holds) this.parts.holds.lost(holdId, 'server-gone')
    this.holds.clear()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.loseHolds()
    this.link.connections -= 1
    this.socket.close()
  }

  private connected(): void {
    if (this.closed) return
    this.seenPort = this.socket.address().port
    const waiting = this.waiting ?? []
    this.waiting = null
    for (const datagram of waiting) this.socket.send(datagram)
  }
}

/** An address is one already: without this each datagram waits a turn of the event loop for a look-up. */
export function createUdpSocket(): Socket {
  return createSocket({
    type: 'udp4',
    lookup: (host, _options, done) => {
      if (isIPv4(host)) done(null, host, 4)
      else done(new Error(`${host} is no IPv4 address`), '', 4)
    },
  })
}
