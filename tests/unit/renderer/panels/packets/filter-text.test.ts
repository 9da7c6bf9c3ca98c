import { describe, expect, it } from 'vitest'
import {
  alsoFilter,
  complete,
  markedParts,
  suggestions,
} from '../../../../../renderer/src/panels/packets/filter-text.ts'

function mistake(start: number, end: number, expected: readonly string[] = []) {
  return { key: 'testExpected', params: {}, start, end, expected }
}

describe('a mistake in the filter', () => {
  it('is marked where it is', () => {
    expect(markedParts('dns and frob x', mistake(8, 12))).toEqual(['dns and ', 'frob', ' x'])
  })

  it('at the end has a blank to be marked on', () => {
    expect(markedParts('dns and', mistake(7, 7))).toEqual(['dns and', ' ', ''])
    expect(markedParts('dns', mistake(9, 12))).toEqual(['dns', ' ', ''])
  })
})

describe('the words offered', () => {
  const words = ['dns', 'http', 'http.status', 'host', 'not']

  it('begin as what was typed, before those that hold it', () => {
    expect(suggestions('ht', mistake(0, 2, words))).toEqual(['http', 'http.status'])
    expect(suggestions('o', mistake(0, 1, words))).toEqual(['host', 'not'])
  })

  it('are all where nothing fits', () => {
    expect(suggestions('zzz', mistake(0, 3, words))).toEqual(words)
    expect(suggestions('dns and ', mistake(8, 8, words))).toEqual(words)
  })

  it('take the place of the mistake, with blanks around', () => {
    expect(complete('ht', mistake(0, 2), 'http')).toEqual({ text: 'http ', cursor: 5 })
    expect(complete('dns and', mistake(7, 7), 'http')).toEqual({ text: 'dns and http ', cursor: 13 })
    expect(complete('frob and dns', mistake(0, 4), 'from')).toEqual({ text: 'from and dns', cursor: 5 })
    expect(complete('(', mistake(1, 1), 'dns').text).toBe('(dns ')
  })
})

describe('a further test', () => {
  it('is joined to what is there', () => {
    expect(alsoFilter('', 'dns')).toBe('dns')
    expect(alsoFilter('http', 'host web-1')).toBe('http and host web-1')
    expect(alsoFilter('dns or http', 'trace 3')).toBe('(dns or http) and trace 3')
  })

  it('is not joined twice', () => {
    expect(alsoFilter('http and trace 3', 'trace 3')).toBe('http and trace 3')
  })
})
