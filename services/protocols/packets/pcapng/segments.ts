import {
  MSS,
  NO_PAYLOAD,
  portUnreachableFrame,
  TCP_FLAGS,
  tcpFrame,
  udpFrame,
  type FrameEnds,
  type FramePayload,
} from '../frame.ts'
import { refusalFrame } from '../packet-frame.ts'
import { isUnanswered, type PacketRecord } from '../record.ts'
import { initialSequence, sequenceAt } from '../tcp-numbers.ts'

/** The frames that a record would have been on a wire. */
export interface ModelledFrame {
  readonly frame: Buffer
  readonly originalLength: number
  /** Towards the host whose NIC recorded it. */
  readonly inbound: boolean
}

interface StreamState {
  /** Where the next byte of each direction stands. */
  readonly next: { in: number; out: number }
  /** What each direction's receiver has acknowledged. */
  readonly acknowledged: { in: number; out: number }
  readonly closed: { in: boolean; out: boolean }
  /** False while nothing of this direction was recorded of a connection that is older than the recording. */
  readonly known: { in: boolean; out: boolean }
}

/** A receiver acknowledges at least every second full segment (RFC 9293 section 3.8.6.3). */
const ACK_AFTER_BYTES = 2 * MSS
/** Streams that are followed at a time; ends of forgotten ones are written as they come. */
const MAX_STREAMS = 65_536

const { ACK, FIN, PSH, RST, SYN } = TCP_FLAGS

/** Turns the records of a capture into frames, connection by connection. */
export class Segmenter {
  private readonly streams = new Map<number, StreamState>()
  /** Connections that ended by a reset. */
  private readonly broken = new Map<number, true>()
  /** The last datagram of each client, for the answer that nobody listens. */
  private readonly datagrams = new Map<number, Buffer>()

  frames(record: PacketRecord): ModelledFrame[] {
    if (record.transport === 'udp') return this.udpFrames(record)
    switch (record.kind) {
      case 'handshake':
        return this.handshake(record)
      case 'segment':
        return this.segments(record)
      case 'close':
        return this.close(record)
      case 'reset':
        return this.reset(record)
      case 'refused':
        return this.refusal(record)
      case 'datagram':
        return []
    }
  }

  private udpFrames(record: PacketRecord): ModelledFrame[] {
    const ends = endsOf(record, record.direction === 'in')
    if (record.kind !== 'refused') {
      const data: FramePayload = { bytes: record.payload, length: record.length }
      const frame = udpFrame(ends, data)
      if (record.direction === 'in') remember(this.datagrams, record.connection, frame.subarray(0, 64))
      return [model(record, frame, record.length - record.payload.length)]
    }
    const datagram = this.datagrams.get(record.connection) ?? udpFrame(endsOf(record, true), NO_PAYLOAD)
    return [model(record, portUnreachableFrame(endsOf(record, false), datagram), 0)]
  }

  private handshake(record: PacketRecord): ModelledFrame[] {
    if (isUnanswered(record)) return [this.empty(record, true, SYN, -1, null)]
    // The same connection on a second NIC is no second connection.
    if (this.streams.has(record.connection)) return []
    remember(this.streams, record.connection, newStream(true))
    return [
      this.empty(record, true, SYN, -1, null),
      this.empty(record, false, SYN | ACK, -1, 0),
      this.empty(record, true, ACK, 0, 0),
    ]
  }

  private segments(record: PacketRecord): ModelledFrame[] {
    const stream = this.streamOf(record)
    const { direction } = record
    stream.known[direction] = true
    const seen = Math.max(0, stream.next[direction] - record.offset)
    if (stream.closed[direction] || (seen > 0 && seen >= record.length)) return []
    const frames: ModelledFrame[] = []
    for (let at = seen; at < record.length; at += MSS) frames.push(this.segment(record, stream, at))
    stream.next[direction] = record.offset + record.length
    // Bytes of the other side that this one has received are acknowledged along with its own.
    stream.acknowledged[opposite(direction)] = stream.next[opposite(direction)]
    if (stream.next[direction] - stream.acknowledged[direction] >= ACK_AFTER_BYTES)
      frames.push(...this.acknowledge(record, stream, opposite(direction)))
    return frames
  }

  private segment(record: PacketRecord, stream: StreamState, at: number): ModelledFrame {
    const forward = record.direction === 'in'
    const length = Math.min(MSS, record.length - at)
    const bytes = record.payload.subarray(at, at + length)
    const last = at + length === record.length
    const header = {
      sequence: sequenceAt(record.connection, forward, record.offset + at),
      acknowledgement: this.acknowledgement(record.connection, stream, opposite(record.direction)),
      flags: last ? ACK | PSH : ACK,
    }
    return model(record, tcpFrame(endsOf(record, forward), header, { bytes, length }), length - bytes.length)
  }

  private close(record: PacketRecord): ModelledFrame[] {
    const stream = this.streamOf(record)
    const { direction } = record
    if (stream.closed[direction]) return []
    const other = opposite(direction)
    const fin = this.empty(record, direction === 'in', FIN | ACK, record.offset, this.seenFrom(stream, other))
    stream.acknowledged[other] = stream.next[other]
    stream.next[direction] = record.offset
    stream.closed[direction] = true
    const answer = this.acknowledge(record, stream, other)
    if (stream.closed[other]) this.streams.delete(record.connection)
    return [fin, ...answer]
  }

  private reset(record: PacketRecord): ModelledFrame[] {
    // Both sides of a connection that was broken off may have been recorded: the first one ended it.
    if (this.broken.has(record.connection)) return []
    remember(this.broken, record.connection, true)
    const stream = this.streamOf(record)
    this.streams.delete(record.connection)
    const acknowledged = this.seenFrom(stream, opposite(record.direction))
    return [this.empty(record, record.direction === 'in', RST | ACK, record.offset, acknowledged)]
  }

  private refusal(record: PacketRecord): ModelledFrame[] {
    const syn = this.empty(record, true, SYN, -1, null)
    return [syn, { ...model(record, refusalFrame(record.connection, endsOf(record, false)), 0), inbound: false }]
  }

  /** A pure acknowledgement of everything that came from the other side; none from a side that was never heard of. */
  private acknowledge(record: PacketRecord, stream: StreamState, from: 'in' | 'out'): ModelledFrame[] {
    const other = opposite(from)
    stream.acknowledged[other] = stream.next[other]
    if (!stream.known[from]) return []
    return [this.empty(record, from === 'in', ACK, this.seenFrom(stream, from), this.seenFrom(stream, other))]
  }

  /** A segment without data. `offset` -1 is the SYN itself; `acknowledged` counts bytes (and a FIN as one). */
  private empty(
    record: PacketRecord,
    forward: boolean,
    flags: number,
    offset: number,
    acknowledged: number | null,
  ): ModelledFrame {
    const { connection } = record
    const sequence = offset === -1 ? initialSequence(connection, forward) : sequenceAt(connection, forward, offset)
    const acknowledgement = acknowledged === null ? 0 : sequenceAt(connection, !forward, acknowledged)
    const frame = tcpFrame(endsOf(record, forward), { sequence, acknowledgement, flags }, NO_PAYLOAD)
    return { frame, originalLength: frame.length, inbound: forward }
  }

  private acknowledgement(connection: number, stream: StreamState, of: 'in' | 'out'): number {
    return sequenceAt(connection, of === 'in', this.seenFrom(stream, of))
  }

  private seenFrom(stream: StreamState, direction: 'in' | 'out'): number {
    return stream.next[direction] + (stream.closed[direction] ? 1 : 0)
  }

  /** A connection whose beginning was not recorded goes on from where it is. */
  private streamOf(record: PacketRecord): StreamState {
    const known = this.streams.get(record.connection)
    if (known !== undefined) return known
    const stream = newStream(false)
    stream.known[record.direction] = true
    stream.next[record.direction] = record.offset
    stream.acknowledged[record.direction] = record.offset
    remember(this.streams, record.connection, stream)
    return stream
  }
}

function newStream(known: boolean): StreamState {
  return {
    next: { in: 0, out: 0 },
    acknowledged: { in: 0, out: 0 },
    closed: { in: false, out: false },
    known: { in: known, out: known },
  }
}

function opposite(direction: 'in' | 'out'): 'in' | 'out' {
  return direction === 'in' ? 'out' : 'in'
}

function endsOf(record: PacketRecord, forward: boolean): FrameEnds {
  return forward ? { from: record.client, to: record.server } : { from: record.server, to: record.client }
}

function model(record: PacketRecord, frame: Buffer, missing: number): ModelledFrame {
  return { frame, originalLength: frame.length + missing, inbound: record.direction === 'in' }
}

/** Keeps a map bounded: the entry that came first gives way. */
function remember<Value>(map: Map<number, Value>, key: number, value: Value): void {
  const [oldest] = map.keys()
  if (map.size >= MAX_STREAMS && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
