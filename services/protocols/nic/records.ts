import {
  PACKET_FAULTS,
  PACKET_KINDS,
  type Endpoint,
  type PacketFault,
  type PacketKind,
  type RecordingMode,
} from '../../contract/network.ts'
import type { Transport } from './config.ts'

export { PACKET_FAULTS, PACKET_KINDS, type Endpoint, type PacketFault, type PacketKind }

/** A packet as the NIC records it: metadata in 48 bytes, the payload beside it in a ring of bytes. */

/** `in` goes to the host that owns the port, `out` comes from it. */
export const DIRECTIONS = ['in', 'out'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** How much of each packet `headers` keeps: the heads of nearly all messages fit. */
export const HEADERS_SNAP_BYTES = 512

/** How many payload bytes of a packet a mode keeps. */
export function snapLength(mode: RecordingMode, length: number): number {
  if (mode === 'full') return length
  return mode === 'off' ? 0 : Math.min(length, HEADERS_SNAP_BYTES)
}

export interface NicRecord {
  /** Counts up from 1; numbers are never used twice, also not after `clear`. */
  readonly no: number
  /** Nanoseconds on the NIC's clock (see `NicClock`); strictly increasing. */
  readonly timeNs: number
  readonly kind: PacketKind
  readonly direction: Direction
  readonly transport: Transport
  /** Counts up from 1 through all hosts and both transports; for UDP it is a client's address and port. */
  readonly connection: number
  /** The host whose NIC recorded it: the one that owns the port. */
  readonly host: string
  readonly service: string
  /** The host at the other end, known by its address; null: the client, or somebody unknown. */
  readonly peerHost: string | null
  /** The service at the other end, when its host has only one. */
  readonly peerService: string | null
  /** The end that opened the connection, by its real address. */
  readonly client: Endpoint
  /** The end that was called: the host's outer address. */
  readonly server: Endpoint
  /** The client's port as the process behind the NIC sees it (0: never connected); the address is the client's own. */
  readonly seenPort: number
  /** Bytes that went before in this direction of this connection: relative sequence numbers derive from it. */
  readonly offset: number
  /** Payload bytes that the packet had. */
  readonly length: number
  /** Payload as base64, as much as the recording mode kept. */
  readonly payload: string
  /** Nanoseconds that the packet was held at the NIC before it went on; 0 for nearly all. */
  readonly heldNs: number
  /** Nanoseconds that faults kept it on the way, as it was reckoned when it came; 0 for nearly all. */
  readonly delayedNs: number
  /** What a fault did to it; null for nearly all. */
  readonly fault: PacketFault | null
}

export interface NicClock {
  /** Nanoseconds since 1970 at `timeNs` 0, as decimal digits: too many for a JavaScript number. */
  readonly epochNs: string
}
