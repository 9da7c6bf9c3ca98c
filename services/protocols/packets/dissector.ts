import { DnsFlow } from './dns-flow.ts'
import { noteHold, takePacket, type Exchange, type ExchangeSink } from './exchange.ts'
import { flowOf, type Flow } from './flow.ts'
import { HttpFlow } from './http-flow.ts'
import type { LabMap } from './lab-map.ts'
import { isUnanswered, payloadOf, type PacketRecord } from './record.ts'
import type { PacketProtocol, PacketSummary, Part } from './summary.ts'

/** Connections that are followed at a time; beyond it the one that was seen first is forgotten. */
const MAX_FLOWS = 65_536

const REQUEST_BEGIN = /^[A-Z]{3,20} [^ \r\n]/

/** What is remembered of a connection between two of its packets. */
interface FlowState {
  readonly flow: Flow
  application: HttpFlow | DnsFlow | null
  /** Whether its protocol is decided. */
  decided: boolean
  handshake: PacketSummary | null
  /** Bytes and ends seen from the opener and from the acceptor. */
  readonly seen: { forward: number; backward: number }
  readonly closed: { forward: boolean; backward: boolean }
}

interface Content {
  readonly protocol: PacketProtocol
  readonly info: string
  readonly exchanges: readonly Exchange[]
  readonly parts: readonly Part[]
}

const NOTHING: readonly never[] = []
const SILENT: ExchangeSink = {
  requested: () => undefined,
  ended: () => undefined,
  asked: () => undefined,
  answered: () => undefined,
  refused: () => undefined,
}

/** Reads records in their order and says of each what it is. Pure: it keeps what following connections needs, no payloads. */
export class Dissector {
  private readonly map: LabMap
  private readonly sink: ExchangeSink
  private readonly flows = new Map<number, FlowState>()

  constructor(map: LabMap, sink: ExchangeSink = SILENT) {
    this.map = map
    this.sink = sink
  }

  /** The summary of the next record. Records that are missing in between are understood as a gap. */
  add(record: PacketRecord): PacketSummary {
    const state = this.flows.get(record.connection) ?? this.openFlow(record)
    const forward = record.direction === 'in'
    const content = this.read(state, record, forward)
    const summary: PacketSummary = {
      no: record.no,
      timeNs: record.timeNs,
      flow: state.flow,
      forward,
      kind: record.kind,
      protocol: content.protocol,
      offset: record.offset,
      length: record.length,
      acknowledged: acknowledged(state, forward),
      fault: record.fault,
      info: record.fault === null ? content.info : `[fault: ${record.fault}] ${content.info}`,
      exchange: content.exchanges[0] ?? null,
      parts: content.parts,
      trace: null,
    }
    for (const exchange of content.exchanges) {
      takePacket(exchange, summary)
      if (record.heldNs > 0) noteHold(exchange, record.no, record.timeNs, record.timeNs + record.heldNs)
      // Reckoned from when it went on.
      const leftNs = record.timeNs + record.heldNs
      if (record.delayedNs > 0) exchange.delays.push({ no: record.no, fromNs: leftNs, toNs: leftNs + record.delayedNs })
    }
    this.advance(state, record, forward, summary)
    return summary
  }

  /** Forgets everything, as when the recording was cleared. */
  clear(): void {
    this.flows.clear()
  }

  private openFlow(record: PacketRecord): FlowState {
    const state: FlowState = {
      flow: flowOf(record, this.map),
      application: null,
      decided: false,
      handshake: null,
      seen: { forward: 0, backward: 0 },
      closed: { forward: false, backward: false },
    }
    // What ends a connection begins none: it is the last word on one that was forgotten, or on one that ended by a reset.
    if (isUnanswered(record)) return state
    if (record.kind === 'close' || record.kind === 'reset' || record.kind === 'refused') return state
    const [oldest] = this.flows.keys()
    if (this.flows.size >= MAX_FLOWS && oldest !== undefined) this.flows.delete(oldest)
    this.flows.set(record.connection, state)
    return state
  }

  private read(state: FlowState, record: PacketRecord, forward: boolean): Content {
    switch (record.kind) {
      case 'segment':
        return this.readSegment(state, record, forward)
      case 'datagram':
        return this.readDatagram(state, record)
      case 'handshake':
        return signal('TCP', isUnanswered(record) ? '[SYN]' : '[SYN] [SYN, ACK] [ACK]')
      case 'close':
        return signal('TCP', '[FIN, ACK]', closeFlow(state, forward, record.timeNs))
      case 'reset':
        return signal('TCP', '[RST, ACK]', resetFlow(state, record.timeNs))
      case 'refused':
        return record.transport === 'udp' ? signal('UDP', 'ICMP port unreachable') : signal('TCP', '[SYN] [RST, ACK]')
    }
  }

  private readSegment(state: FlowState, record: PacketRecord, forward: boolean): Content {
    const payload = payloadOf(record)
    if (!state.decided) this.decide(state, forward, payload)
    const { application } = state
    if (application === null) return plain('TCP', record.length)
    const { timeNs, offset, length } = record
    if (application instanceof DnsFlow) {
      const { exchange, info, parts } = application.readSegment(forward, timeNs, offset, length, payload)
      return { protocol: 'DNS', info, parts, exchanges: exchange === null ? NOTHING : [exchange] }
    }
    const reading = application.read(forward, timeNs, offset, length, payload)
    const [exchange] = reading.exchanges
    if (exchange === undefined) return { ...plain('TCP', length), info: reading.info, parts: reading.parts }
    return { ...reading, protocol: exchange.hrana ? 'Hrana' : 'HTTP' }
  }

  /** The plan says what a service speaks; to other ports the first bytes do. */
  private decide(state: FlowState, forward: boolean, payload: Buffer): void {
    const { acceptorRole } = state.flow
    state.decided = true
    if (speaksDns(acceptorRole)) state.application = new DnsFlow(state.flow, this.sink)
    else if (acceptorRole !== null || (forward && REQUEST_BEGIN.test(payload.toString('latin1', 0, 32))))
      state.application = new HttpFlow(state.flow, state.handshake, this.sink)
    state.handshake = null
  }

  private readDatagram(state: FlowState, record: PacketRecord): Content {
    if (!speaksDns(state.flow.acceptorRole)) return plain('UDP', record.length)
    state.application ??= new DnsFlow(state.flow, this.sink)
    if (!(state.application instanceof DnsFlow)) return plain('UDP', record.length)
    const { exchange, info, parts } = state.application.readDatagram(record.timeNs, record.length, payloadOf(record))
    return { protocol: 'DNS', info, parts, exchanges: exchange === null ? NOTHING : [exchange] }
  }

  private advance(state: FlowState, record: PacketRecord, forward: boolean, summary: PacketSummary): void {
    const side = forward ? 'forward' : 'backward'
    state.seen[side] = Math.max(state.seen[side], record.offset + record.length)
    switch (record.kind) {
      case 'handshake':
        state.handshake = summary
        return
      case 'close':
        state.closed[side] = true
        if (state.closed.forward && state.closed.backward) this.flows.delete(record.connection)
        return
      case 'refused':
        this.flows.delete(record.connection)
        return this.sink.refused(summary)
      case 'reset':
        this.flows.delete(record.connection)
        return
      case 'datagram':
        if (!(state.application instanceof DnsFlow && state.application.waiting)) this.flows.delete(record.connection)
        return
      case 'segment':
    }
  }
}

function speaksDns(role: string | null): boolean {
  return role === 'dns' || role === 'resolver'
}

function signal(protocol: PacketProtocol, info: string, exchange: Exchange | null = null): Content {
  return { protocol, info, parts: NOTHING, exchanges: exchange === null ? NOTHING : [exchange] }
}

function plain(protocol: PacketProtocol, length: number): Content {
  return signal(protocol, `${length} B`)
}

function closeFlow(state: FlowState, forward: boolean, timeNs: number): Exchange | null {
  return state.application instanceof HttpFlow ? state.application.close(forward, timeNs) : null
}

function resetFlow(state: FlowState, timeNs: number): Exchange | null {
  return state.application instanceof HttpFlow ? state.application.reset(timeNs) : null
}

/** Sequence numbers that the sender has seen from the other side: its bytes, and one for its end. */
function acknowledged(state: FlowState, forward: boolean): number {
  const other = forward ? 'backward' : 'forward'
  return state.seen[other] + (state.closed[other] ? 1 : 0)
}
