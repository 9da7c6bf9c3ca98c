import {
  PACKET_PROTOCOLS,
  type PacketFault,
  type PacketKind,
  type PacketProtocol,
  type PacketRow,
} from '../../contract/network.ts'
import type { Exchange } from './exchange.ts'
import type { Flow } from './flow.ts'

export { PACKET_PROTOCOLS, type PacketProtocol, type PacketRow }

/**
 * A stretch of a packet's payload that belongs to one message. `start` and `end` are positions in the payload;
 * `messageStart` is the position of the message's first byte in its direction of the stream.
 */
export interface Part {
  readonly kind: 'head' | 'body' | 'raw'
  readonly start: number
  readonly end: number
  readonly messageStart: number
  /** Where the stretch stands within the head or the body, counted in bytes of the wire (chunk sizes included). */
  readonly at: number
  /** Whether head or body ends here. */
  readonly last: boolean
  /** The body comes in chunks: its bytes hold chunk sizes between the data. */
  readonly chunked: boolean
}

/** What the list and the filter need of a packet. Small: an engine keeps hundreds of thousands. */
export interface PacketSummary {
  readonly no: number
  readonly timeNs: number
  readonly flow: Flow
  /** Whether it goes from the side that opened the connection to the other. */
  readonly forward: boolean
  readonly kind: PacketKind
  readonly protocol: PacketProtocol
  readonly offset: number
  readonly length: number
  /** Bytes seen from the other side before, and whether its end: what a TCP acknowledgement says. */
  readonly acknowledged: number
  /** What a fault did to it. */
  readonly fault: PacketFault | null
  readonly info: string
  /** The message that the packet begins or goes on with. */
  readonly exchange: Exchange | null
  /** Stretches of the payload by message, in order; empty where there is nothing to tell apart. */
  readonly parts: readonly Part[]
  /** Number of its trace; known later than the packet when the head that names the trace comes in pieces. */
  trace: number | null
}

export function packetRow(summary: PacketSummary): PacketRow {
  const { flow, forward } = summary
  return {
    no: summary.no,
    timeNs: summary.timeNs,
    host: flow.host,
    link: flow.link?.id ?? null,
    from: forward ? flow.opener : flow.acceptor,
    to: forward ? flow.acceptor : flow.opener,
    source: forward ? flow.client : flow.server,
    destination: forward ? flow.server : flow.client,
    connection: flow.connection,
    protocol: summary.protocol,
    kind: summary.kind,
    length: summary.length,
    info: summary.info,
    trace: summary.trace,
  }
}

/** A connection that was refused where nobody recorded it. */
export function refusalBetween(flow: Flow, timeNs: number): PacketSummary {
  return {
    no: 0,
    timeNs,
    flow,
    forward: true,
    kind: 'refused',
    protocol: 'TCP',
    offset: 0,
    length: 0,
    acknowledged: 0,
    fault: null,
    info: '[SYN] [RST, ACK]',
    exchange: null,
    parts: [],
    trace: null,
  }
}
