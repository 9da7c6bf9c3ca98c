/** What is put off to the end of the turn of the event loop: behind all that the system had ready to be read. */

export interface PutOff {
  endOfTurn(): void
}

const putOff: PutOff[] = []

/** Calls `endOfTurn` once, when this turn has handled what there is to read. */
export function atEndOfTurn(one: PutOff): void {
  if (putOff.push(one) === 1) setImmediate(endTurn)
}

function endTurn(): void {
  for (const one of putOff) one.endOfTurn()
  putOff.length = 0
}
