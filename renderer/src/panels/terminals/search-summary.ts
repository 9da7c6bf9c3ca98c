/** The key of the words beside the search field (below `terminals.`), and their figures. */
export interface MatchSummary {
  readonly key: 'noMatch' | 'matches' | 'manyMatches' | 'badPattern' | null
  readonly index: number
  readonly count: number
  readonly bad: boolean
}

/**
 * What to say of a search. `resultIndex` is -1 when there are more matches than are marked (the search add-on stops
 * counting there), or when none is selected.
 */
export function matchSummary(
  term: string,
  valid: boolean,
  results: { readonly resultIndex: number; readonly resultCount: number },
): MatchSummary {
  const { resultIndex, resultCount: count } = results
  const index = resultIndex + 1
  if (term === '') return { key: null, index, count, bad: false }
  if (!valid) return { key: 'badPattern', index, count, bad: true }
  if (count === 0) return { key: 'noMatch', index, count, bad: true }
  if (resultIndex < 0) return { key: 'manyMatches', index, count, bad: false }
  return { key: 'matches', index, count, bad: false }
}

/** Whether the search add-on could make a regular expression of it. */
export function isValidPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'g')
    return true
  } catch {
    return false
  }
}
