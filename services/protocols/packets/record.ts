/** What a NIC records of the lab's traffic. Everything in this folder reads these records; nothing changes them. */

export type Transport = 'tcp' | 'udp'

/**
 * `handshake`: a TCP connection was opened (one record stands for the three segments). `segment`: bytes of a stream, as one
 * read gave them. `close`: one side ended its direction (FIN). `reset`: a connection was broken off. `refused`: nobody listened.
 */
export const PACKET_KINDS = ['handshake', 'segment', 'close', 'reset', 'datagram', 'refused'] as const
export type PacketKind = (typeof PACKET_KINDS)[number]

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface PacketRecord {
  /** Number in its recording: from 1 on, rising. */
  readonly no: number
  /** Nanoseconds since the recording began, by one clock for all NICs: exact for 104 days. */
  readonly timeNs: number
  /** The host on whose NIC it was recorded. */
  readonly host: string
  readonly fromHost: string
  readonly toHost: string
  /** `in`: from the side that opened the connection (or asked) to the service on `host`; `out`: the way back. */
  readonly direction: 'in' | 'out'
  /** Number of the TCP connection, or of the UDP exchange between two ports. Never used twice in one recording. */
  readonly connection: number
  readonly transport: Transport
  readonly kind: PacketKind
  /** The sender and the receiver of this packet, with their real outer addresses and ports. */
  readonly from: Endpoint
  readonly to: Endpoint
  /** Where its first byte stands in its direction of the stream; 0 for UDP. */
  readonly offset: number
  /** Bytes that went over the wire. */
  readonly length: number
  /** The bytes, from the first on; fewer than `length`, or none, when the NIC records less than everything. */
  readonly payload: Uint8Array
}
