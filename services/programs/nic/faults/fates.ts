import type { Fate, Piece } from './fault.ts'
import type { ActiveFault } from './wire-faults.ts'

/** What becomes of a piece that several faults lie in the way of, one behind the other; the counts of each are kept. */
export function fateOf(piece: Piece, faults: readonly ActiveFault[]): Fate {
  let { readyMs } = piece
  for (const { fault, meter } of faults) {
    const fate = fault.fate({ ...piece, readyMs })
    if (typeof fate === 'number') {
      readyMs = fate
      continue
    }
    if (fate === 'reset') meter.reset += 1
    else if (piece.bytes > 0) meter.dropped += 1
    return fate
  }
  return readyMs
}

/** A piece has arrived. */
export function noteArrival(faults: readonly ActiveFault[], bytes: number, delayMs: number): void {
  for (const { meter } of faults) meter.arrived(bytes, delayMs)
}
