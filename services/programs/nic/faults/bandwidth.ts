import type { Fault } from './fault.ts'

/** How much of a second one piece may take: small enough that connections take turns. */
const PIECE_S = 0.01
/** The smallest piece: a segment on Ethernet. */
const SEGMENT_BYTES = 1460
/** What a router keeps before the sender has to wait. */
const ROUTER_BUFFER_BYTES = 256 * 1024

/** A slow line, shared by all that goes over it; each direction has all of it. */
export function bandwidth({ bytesPerSecond }: { readonly bytesPerSecond: number }): Fault {
  const freeMs = { in: 0, out: 0 }
  return {
    maxPieceBytes: Math.max(SEGMENT_BYTES, Math.floor(bytesPerSecond * PIECE_S)),
    maxQueuedBytes: ROUTER_BUFFER_BYTES,
    fate: ({ out, bytes, readyMs }) => {
      const side = out ? 'out' : 'in'
      freeMs[side] = Math.max(freeMs[side], readyMs) + (bytes / bytesPerSecond) * 1000
      return freeMs[side]
    },
  }
}
