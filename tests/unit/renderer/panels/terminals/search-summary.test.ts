import { describe, expect, it } from 'vitest'
import { isValidPattern, matchSummary } from '../../../../../renderer/src/panels/terminals/search-summary.ts'

describe('matchSummary', () => {
  it.each([
    ['nothing typed', '', true, -1, 0, null, false],
    ['no match', 'x', true, -1, 0, 'noMatch', true],
    ['some matches', 'x', true, 2, 7, 'matches', false],
    ['more matches than are counted', 'x', true, -1, 1000, 'manyMatches', false],
    ['a pattern that is none', '(', false, -1, 0, 'badPattern', true],
  ] as const)('%s', (_name, term, valid, resultIndex, resultCount, key, bad) => {
    expect(matchSummary(term, valid, { resultIndex, resultCount })).toMatchObject({ key, bad, count: resultCount })
  })

  it('counts from one', () => {
    expect(matchSummary('x', true, { resultIndex: 0, resultCount: 1 }).index).toBe(1)
  })
})

describe('isValidPattern', () => {
  it('tells patterns from mistakes', () => {
    expect(isValidPattern('5\\d\\d in')).toBe(true)
    expect(isValidPattern('[')).toBe(false)
  })
})
