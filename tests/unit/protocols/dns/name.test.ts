import { describe, expect, it } from 'vitest'
import {
  displayName,
  isWithin,
  labelsOf,
  nameFromLabels,
  parentOf,
  parseName,
  sameName,
} from '../../../../services/protocols/dns/name.ts'

const ORIGIN = 'foobar.com.'

describe('parseName', () => {
  it.each([
    ['www', 'www.foobar.com.'],
    ['www.foobar.com.', 'www.foobar.com.'],
    ['@', 'foobar.com.'],
    ['\\@', '\\@.foobar.com.'],
    ['.', '.'],
    ['*', '*.foobar.com.'],
    ['a\\.b', 'a\\.b.foobar.com.'],
    ['a\\046b.', 'a\\.b.'],
    ['\\119ww.', 'www.'],
    ['a\\032b.', 'a\\032b.'],
    ['\\255.', '\\255.'],
  ])('%s is %s', (text, name) => expect(parseName(text, ORIGIN)).toBe(name))

  it.each([
    ['', /a name is empty/],
    ['a..b', /a\.\.b holds an empty label/],
    ['.a', /holds an empty label/],
    ['café', /café holds characters beyond ASCII; write such a name as xn--/],
    ['x'.repeat(64), /a label has at most 63 characters, ".*" has 64/],
    [`${'x'.repeat(63)}.`.repeat(4), /at most 255 bytes, this one has 257/],
    ['a\\300', /\\300 is not a byte/],
    ['a\\1', /\\1 is not a byte/],
    ['a\\', /a backslash at the end escapes nothing/],
  ])('rejects "%s"', (text, sentence) => expect(() => parseName(text, ORIGIN)).toThrow(sentence))

  it('takes the longest name that there may be', () => {
    const longest = `${'x'.repeat(63)}.`.repeat(3) + `${'x'.repeat(61)}.`
    expect(parseName(longest, null)).toBe(longest)
    expect(() => parseName(`x${longest}`, null)).toThrow(/at most 63/)
  })

  it('wants an origin for a relative name', () => {
    expect(() => parseName('www', null)).toThrow('www is relative, but there is no $ORIGIN yet')
    expect(() => parseName('@', null)).toThrow('@ is relative')
  })
})

describe('names', () => {
  it('come back from their labels, whatever bytes those hold', () => {
    const labels = ['a.b', 'c\\d', ' ', '\u0000\u00ff', '"();@$', 'WWW']
    expect(labelsOf(nameFromLabels(labels))).toEqual(labels)
    expect(labelsOf('.')).toEqual([])
    expect(nameFromLabels([])).toBe('.')
  })

  it('compare without case, label by label', () => {
    expect(sameName('WWW.Foobar.com.', 'www.fOOBAR.com.')).toBe(true)
    expect(isWithin('www.FOOBAR.com.', ORIGIN)).toBe(true)
    expect(isWithin(ORIGIN, ORIGIN)).toBe(true)
    expect(isWithin('xfoobar.com.', ORIGIN)).toBe(false)
    expect(isWithin('com.', ORIGIN)).toBe(false)
    expect(isWithin('a\\.foobar.com.', ORIGIN)).toBe(false)
    expect(isWithin('anything.', '.')).toBe(true)
  })

  it('have parents and a form for people', () => {
    expect(parentOf('a\\.b.foobar.com.')).toBe(ORIGIN)
    expect(parentOf('.')).toBe('.')
    expect(displayName(ORIGIN)).toBe('foobar.com')
    expect(displayName('.')).toBe('.')
  })
})
