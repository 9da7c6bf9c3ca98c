import type { PacketFault } from '../../../protocols/nic/records.ts'
import type { Fate, Piece } from './fault.ts'
import type { ActiveFault } from './wire-faults.ts'

/** What becomes of a piece, and what the list of packets says of it; null: it arrives as if nothing were set. */
export interface MarkedFate {
  readonly fate: Fate
  readonly mark: PacketFault | null
}

/** What becomes of a piece that several faults lie in the way of, one behind the other; the counts of each are kept. */
export function fateOf(piece: Piece, faults: readonly ActiveFault[]): MarkedFate {
  let { readyMs } = piece
  let mark: PacketFault | null = null
  for (const { spec, fault, meter } of faults) {
    const fate = fault.fate({ ...piece, readyMs })
    if (typeof fate === 'number') {
      if (fate > readyMs && mark !== 'resent') mark = spec.order.kind === 'loss' ? 'resent' : 'delayed'
      readyMs = fate
      continue
    }
    if (fate === 'reset') meter.reset += 1
    else if (piece.bytes > 0) meter.dropped += 1
    return { fate, mark: fate === 'lost' ? 'dropped' : fate }
  }
  return { fate: readyMs, mark }
}

/** A piece has arrived. */
export function noteArrival(faults: readonly ActiveFault[], bytes: number, delayMs: number): void {
  for (const { meter } of faults) meter.arrived(bytes, delayMs)
}
