/** More distinct texts than a lab's traffic shows at a time. */
const LIMIT = 8192
/** Longer texts are rarely met twice. */
const LONGEST = 256

const known = new Map<string, string>()

/**
 * The same text as a string of its own. A part of a head is a view that keeps the whole head in memory, and the same few
 * paths and types come with every request: lists of packets share one copy.
 */
export function intern(text: string): string {
  if (text.length > LONGEST) return ownCopy(text)
  const found = known.get(text)
  if (found !== undefined) return found
  if (known.size >= LIMIT) known.clear()
  const copy = ownCopy(text)
  known.set(copy, copy)
  return copy
}

function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
