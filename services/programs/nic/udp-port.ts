import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { decodeMessage, displayName, DnsFormatError } from '../../protocols/dns/index.ts'
import { DatagramWire } from './faults/datagram-wire.ts'
import type { HostPort } from './hosts.ts'
import { MirroredPort, type PortListener } from './mirrored-port.ts'
import type { NicParts } from './parts.ts'
import { KIND } from './recorder.ts'
import { isUdpBound } from './socket-table.ts'
import { createUdpSocket, UdpFlow, type FlowOwner } from './udp-flow.ts'

/** A client that says nothing for so long is forgotten; whatever it sends later begins anew. */
const IDLE_MS = 30_000
/** How exactly it is known who was silent for how long: not every datagram is worth a new place in the order. */
const REORDER_AFTER_MS = 1000
const SWEEP_EVERY_MS = 5000
/** More clients at a time than the system has files for would help nobody: the longest silent one gives way. */
const MAX_FLOWS = 2048
/** Room for bursts in the system. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024

/** A UDP port of a host. */
export class UdpPort extends MirroredPort implements FlowOwner {
  private readonly parts: NicParts
  /** By `address:port` of the client, the longest silent one first. */
  private readonly flows = new Map<string, UdpFlow>()
  /** What faults let through late. */
  private readonly wire = new DatagramWire()
  private socket: Socket | null = null
  private sweeper: NodeJS.Timeout | null = null

  constructor(index: number, place: HostPort, parts: NicParts, listener: PortListener) {
    super(index, place, listener)
    this.parts = parts
  }

  /** Faults have been set or are over. */
  faultsChanged(): Promise<void> {
    const { host, port } = this.place
    this.wire.change()
    return this.setForAll(this.parts.faults.forAll(host.id, port.service))
  }

  answered(flow: UdpFlow, datagram: Buffer): void {
    this.pass(flow, datagram, true)
  }

  flowRefused(flow: UdpFlow): void {
    this.parts.recorder.packet(flow, KIND.refused, true, flow.offset.out, null)
    this.closeNow('nobody listens behind it')
    this.watchAgain()
  }

  flowFailed(flow: UdpFlow, error: Error): void {
    const { service } = this.place.port
    this.parts.log.event({ what: `${service} not reached`, outcome: error.message, level: 'warning' })
    this.flows.delete(keyOf(flow.address, flow.peerPort))
    flow.close()
  }

  protected override async listen(): Promise<void> {
    const socket = createUdpSocket()
    const listening = once(socket, 'listening')
    socket.bind({ address: this.place.host.outer, port: this.place.port.port, exclusive: true })
    try {
      await listening
    } catch (error) {
      socket.close()
      throw error
    }
    growBuffer(socket)
    socket.on('message', (datagram, { address, port }) => this.pass(this.flowOf(address, port), datagram, false))
    // A client that is gone refuses its answer: nothing to do about that.
    socket.on('error', () => undefined)
    this.socket = socket
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_EVERY_MS)
  }

  protected override unlisten(): void {
    this.socket?.close()
    this.socket = null
    for (const flow of this.flows.values()) flow.loseHolds()
  }

  /** Asked of the system's list: a datagram to try it out would be an odd question to the process. */
  protected override async listens(): Promise<boolean> {
    const bound = await isUdpBound({ address: this.place.host.inner, port: this.place.port.port })
    // Where there is no list the first refused datagram tells.
    return bound ?? true
  }

  protected override endAll(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper)
    this.wire.close()
    for (const flow of this.flows.values()) flow.close()
    this.flows.clear()
  }

  private pass(flow: UdpFlow, datagram: Buffer, out: boolean): void {
    const side = out ? 'out' : 'in'
    const offset = flow.offset[side]
    flow.offset[side] = offset + datagram.length
    const no = this.parts.recorder.packet(flow, KIND.datagram, out, offset, datagram)
    if (this.parts.holds.wantsDns && this.held(flow, datagram, out, no)) return
    this.forward(flow, datagram, out, no)
  }

  /** `no`: of its record. */
  private forward(flow: UdpFlow, datagram: Buffer, out: boolean, no: number): void {
    const { faults, recorder } = this.parts
    if (!faults.any) return this.deliver(flow, datagram, out)
    const { host, port } = this.place
    const path = { peerHost: flow.peerHost, host: host.id, service: port.service }
    const { mark, delayMs } = this.wire.send(
      out,
      datagram.length,
      () => faults.on(path, out),
      () => this.deliver(flow, datagram, out),
    )
    if (mark !== null) recorder.noteFault(no, mark)
    recorder.noteDelay(no, delayMs)
  }

  private deliver(flow: UdpFlow, datagram: Buffer, out: boolean): void {
    if (out) this.socket?.send(datagram, flow.peerPort, flow.address)
    else flow.send(datagram)
  }

  private held(flow: UdpFlow, datagram: Buffer, out: boolean, no: number): boolean {
    const { holds } = this.parts
    const name = questionOf(datagram)
    const traceId = name === null ? null : holds.traceOfQuestion(name, flow.address, flow.peerPort)
    if (name === null || traceId === null) return false
    const { host, port } = this.place
    const client = { host: flow.peerHost, address: flow.address, port: flow.peerPort }
    const server = { host: host.id, address: host.outer, port: port.port }
    const holdId = holds.add(
      {
        traceId,
        no,
        connection: flow.id,
        direction: out ? 'out' : 'in',
        host: host.id,
        service: port.service,
        message: out ? 'answer' : 'query',
        title: displayName(name),
        from: out ? server : client,
        to: out ? client : server,
      },
      {
        release: () => {
          flow.holds.delete(holdId)
          flow.usedMs = Date.now()
          this.forward(flow, datagram, out, no)
        },
      },
    )
    flow.holds.add(holdId)
    return true
  }

  private flowOf(address: string, port: number): UdpFlow {
    const key = keyOf(address, port)
    let flow = this.flows.get(key)
    if (flow === undefined) {
      this.dropSilentFlow()
      flow = new UdpFlow(this, this.parts, address, port)
    }
    const nowMs = Date.now()
    if (nowMs - flow.usedMs > REORDER_AFTER_MS) {
      this.flows.delete(key)
      this.flows.set(key, flow)
      flow.usedMs = nowMs
    }
    return flow
  }

  private dropSilentFlow(): void {
    if (this.flows.size < MAX_FLOWS) return
    const [oldest] = this.flows
    if (oldest === undefined) return
    this.flows.delete(oldest[0])
    oldest[1].close()
  }

  /** Forgets clients that were silent for long. */
  private sweep(): void {
    const before = Date.now() - IDLE_MS
    for (const [key, flow] of this.flows) {
      // Whoever steps through a request may think for long.
      if (flow.usedMs > before || flow.holds.size > 0) continue
      this.flows.delete(key)
      flow.close()
    }
  }
}

function keyOf(address: string, port: number): string {
  return `${address}:${port}`
}

/** The name that a DNS message asks for, or null when it is none. */
function questionOf(datagram: Buffer): string | null {
  try {
    return decodeMessage(datagram).questions[0]?.name ?? null
  } catch (error) {
    if (error instanceof DnsFormatError) return null
    throw error
  }
}

function growBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The system's own size will do.
  }
}
