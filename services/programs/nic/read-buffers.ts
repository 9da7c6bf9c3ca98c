/**
 * Buffers that sockets read into, one for each direction of each connection, used again and again. A buffer is its
 * direction's alone: while a slow receiver has not taken its bytes, nothing else may be read into it.
 */

/** The largest piece that is read at a time. Pages that a small message never touches cost no memory. */
export const READ_BYTES = 128 * 1024
/** Buffers are cut from larger pieces: one allocation for many. */
const SLAB_BUFFERS = 16
/** What 500 connections need; more are given back to the garbage collector. */
const MAX_KEPT = 1024

const free: Buffer[] = []

export function takeReadBuffer(): Buffer {
  const buffer = free.pop()
  if (buffer !== undefined) return buffer
  const slab = Buffer.allocUnsafeSlow(READ_BYTES * SLAB_BUFFERS)
  for (let at = READ_BYTES; at < slab.length; at += READ_BYTES) free.push(slab.subarray(at, at + READ_BYTES))
  return slab.subarray(0, READ_BYTES)
}

/** Gives a buffer back that no socket reads into or writes from any more. */
export function giveReadBuffer(buffer: Buffer): void {
  if (free.length < MAX_KEPT) free.push(buffer)
}
