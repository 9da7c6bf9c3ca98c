/** Sequence numbers of a connection: modelled, derived from where a packet's bytes stand in their stream. */

/** Any two odd constants spread well; these are the ones of Knuth (TAOCP 6.4) and of xxHash. */
const SPREAD = { forward: 0x9e3779b1, backward: 0x85ebca77 } as const

/**
 * The initial sequence number of one direction: different for each connection, so that a pair of ports used again is not
 * taken for the old connection; and always the same for one connection, so that every view shows the same number.
 */
export function initialSequence(connection: number, forward: boolean): number {
  return Math.imul(connection, forward ? SPREAD.forward : SPREAD.backward) >>> 0
}

/** The number of the byte at `offset`: the SYN takes the first number. */
export function sequenceAt(connection: number, forward: boolean, offset: number): number {
  return (initialSequence(connection, forward) + 1 + offset) % 0x1_0000_0000
}
