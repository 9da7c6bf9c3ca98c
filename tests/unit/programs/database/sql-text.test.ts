import { describe, expect, it } from 'vitest'
import { findParameters, firstWords, isBlankSql } from '../../../../services/programs/database/sql-text.ts'

describe('the parameters of a statement', () => {
  it.each<[string, (string | null)[]]>([
    ['SELECT 1', []],
    ['SELECT ?, ?', [null, null]],
    ['SELECT :a, @b, $c', [':a', '@b', '$c']],
    ['SELECT :a, ?, :a', [':a', null]],
    ['SELECT ?3, ?', [null, null, '?3', null]],
    ['SELECT ?2, ?1', ['?1', '?2']],
    ['SELECT :a, @a', [':a', '@a']],
    ['SELECT :é_1', [':é_1']],
    ['SELECT $a::b(c)', ['$a::b(c)']],
    ['SELECT a$b, x1:c', [':c']],
  ])('%s', (sql, names) => {
    expect(findParameters(sql)).toEqual(names)
  })

  it.each([
    "SELECT '? :a '' ?'",
    'SELECT "?", `:a`, [@b]',
    "SELECT x'00' -- ? :a",
    'SELECT 1 /* ? \n :a */',
    "SELECT j ->> '$.a'",
  ])('are not in %s', (sql) => {
    expect(findParameters(sql)).toEqual([])
  })

  it('are found after what only looks like one', () => {
    expect(findParameters("SELECT '?', ? /* ? */, ':x' || :y -- ?\n, ?")).toEqual([null, ':y', null])
  })

  it('have numbers from 1 to 32766', () => {
    expect(findParameters('SELECT ?32766')).toHaveLength(32766)
    expect(() => findParameters('SELECT ?0')).toThrow(RangeError)
    expect(() => findParameters('SELECT ?32767')).toThrow(RangeError)
  })
})

describe('blank SQL', () => {
  it.each(['', ' \n\t;;', '-- only this', '/* and */ ; -- that\n', '/* not ended'])('is %j', (sql) => {
    expect(isBlankSql(sql)).toBe(true)
  })
  it.each(['SELECT 1', '-- this\nSELECT 1', '?', "'"])('is not %j', (sql) => {
    expect(isBlankSql(sql)).toBe(false)
  })
})

describe('the first words', () => {
  it('skip blanks, comments and empty statements', () => {
    expect(firstWords(' ;/* now */ begin\n-- really\nimmediate; SELECT', 2)).toBe('BEGIN IMMEDIATE')
  })
  it('end where something else comes', () => {
    expect(firstWords('VALUES (1)', 5)).toBe('VALUES')
    expect(firstWords('', 2)).toBe('')
  })
})
