/** "Did you mean ...?": the known word nearest to a typed one. */

/** At most a third of the word may be wrong; beyond that a suggestion confuses more than it helps. */
const TOLERANCE = 3

/** The nearest of `known`, or null when none is near. Compares by edit distance (Levenshtein 1965), ignoring case. */
export function nearestWord(typed: string, known: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null
  for (const word of known) {
    const distance = editDistance(typed.toLowerCase(), word.toLowerCase())
    if (best === null || distance < best.distance) best = { word, distance }
  }
  if (best === null) return null
  return best.distance * TOLERANCE <= Math.max(typed.length, best.word.length) ? best.word : null
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
