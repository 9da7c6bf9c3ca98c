import type { Transport } from '../../../protocols/nic/config.ts'

/** What one kind of fault does to what goes over a wire; each kind has a file of its own, as Toxiproxy's toxics have. */

/** Bytes on their way in one direction: a datagram, or a part of a stream. No bytes: the end of the stream. */
export interface Piece {
  readonly transport: Transport
  /** Out of the host whose NIC sees it: the direction of answers. */
  readonly out: boolean
  readonly bytes: number
  /** When it would arrive without this fault, in ms of `performance.now`. */
  readonly readyMs: number
}

/**
 * When a piece arrives, in ms; or `kept`: not before the fault is over; `lost`: never; `reset`: its connection is reset.
 * Only datagrams are lost: a stream with a hole in it could not go on.
 */
export type Fate = number | 'kept' | 'lost' | 'reset'

export interface Fault {
  /** What becomes of a new connection. */
  readonly atConnect?: 'refuse' | 'silence'
  /** Whether connections that stand are reset when it is set. */
  readonly resetsStanding?: boolean
  /** Streams are cut into pieces of at most so many bytes. */
  readonly maxPieceBytes?: number
  /** How much of a stream may be under way in one direction before its sender has to wait. */
  readonly maxQueuedBytes?: number
  fate(piece: Piece): Fate
}
