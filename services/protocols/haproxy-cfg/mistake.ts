/** A mistake in the line that is being read; the reader of the file knows its number. */
export class CfgMistake extends Error {
  constructor(sentence: string) {
    super(sentence)
    this.name = 'CfgMistake'
  }
}

/** `unknown keyword "blance". Did you mean "balance"?` */
export function unknownWord(kind: string, word: string, known: readonly string[]): CfgMistake {
  const near = nearest(word, known)
  return new CfgMistake(`unknown ${kind} "${word}".${near === null ? '' : ` Did you mean "${near}"?`}`)
}

/** A typo changes a third of a word at most; anything farther away is another word. */
function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate)
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** Levenshtein distance: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
