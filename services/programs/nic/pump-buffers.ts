/**
 * Buffers of pumps, one pair for each direction of each connection, used again and again. They are their direction's
 * alone: while a slow receiver has not taken its bytes, nothing else may be put there.
 */

/** The largest piece that is read at a time. Pages that a small message never touches cost no memory. */
const READ_BYTES = 128 * 1024
/** The most that is put off until the end of a turn: room for a small message with its head. */
const PUT_OFF_BYTES = 4 * 1024
const PAIR_BYTES = READ_BYTES + PUT_OFF_BYTES
/** Pairs are cut from larger pieces: one allocation for many. */
const SLAB_PAIRS = 16
/** What 500 connections need; more are given back to the garbage collector. */
const MAX_KEPT = 1024

export interface PumpBuffers {
  /** What the socket reads into. */
  readonly read: Buffer
  /** What waits to be written at the end of the turn. */
  readonly putOff: Buffer
}

const free: PumpBuffers[] = []

export function takePumpBuffers(): PumpBuffers {
  if (free.length === 0) {
    const slab = Buffer.allocUnsafeSlow(PAIR_BYTES * SLAB_PAIRS)
    for (let at = 0; at < slab.length; at += PAIR_BYTES) free.push(pairIn(slab.subarray(at, at + PAIR_BYTES)))
  }
  return free.pop() ?? pairIn(Buffer.allocUnsafeSlow(PAIR_BYTES))
}

/** Gives buffers back that no socket reads into or writes from any more. */
export function givePumpBuffers(buffers: PumpBuffers): void {
  if (free.length < MAX_KEPT) free.push(buffers)
}

function pairIn(bytes: Buffer): PumpBuffers {
  return { read: bytes.subarray(0, READ_BYTES), putOff: bytes.subarray(READ_BYTES) }
}
