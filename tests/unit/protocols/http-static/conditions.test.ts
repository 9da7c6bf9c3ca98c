import { describe, expect, it } from 'vitest'
import { checkConditions, rangeApplies } from '../../../../services/protocols/http-static/conditions.ts'

const SECOND = Date.UTC(2026, 0, 2, 3, 4, 5)
const FILE = { etag: '"abc"', modifiedMs: SECOND + 678 }
const SAME = 'Fri, 02 Jan 2026 03:04:05 GMT'
const BEFORE = 'Fri, 02 Jan 2026 03:04:04 GMT'
const AFTER = 'Fri, 02 Jan 2026 03:04:06 GMT'

describe('If-None-Match', () => {
  it.each(['"abc"', 'W/"abc"', '*', '"x", "abc"', '"x","a,b",W/"abc"'])('%s: not modified', (field) =>
    expect(checkConditions({ 'if-none-match': field }, FILE)).toBe('not-modified'),
  )

  it.each(['"abcd"', 'abc', '"x,abc"', ''])('%s: send', (field) =>
    expect(checkConditions({ 'if-none-match': field }, FILE)).toBe('send'),
  )

  it('counts more than a date', () =>
    expect(checkConditions({ 'if-none-match': '"other"', 'if-modified-since': SAME }, FILE)).toBe('send'))
})

describe('If-Modified-Since', () => {
  it.each([
    [BEFORE, 'send'],
    [SAME, 'not-modified'],
    [AFTER, 'not-modified'],
    ['soon', 'send'],
  ])('%s: %s', (field, answer) => expect(checkConditions({ 'if-modified-since': field }, FILE)).toBe(answer))
})

describe('If-Match and If-Unmodified-Since', () => {
  it.each([
    [{ 'if-match': '"abc"' }, 'send'],
    [{ 'if-match': '*' }, 'send'],
    [{ 'if-match': '"other"' }, 'precondition-failed'],
    [{ 'if-match': 'W/"abc"' }, 'precondition-failed'],
    [{ 'if-unmodified-since': BEFORE }, 'precondition-failed'],
    [{ 'if-unmodified-since': SAME }, 'send'],
    [{ 'if-unmodified-since': 'soon' }, 'send'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': BEFORE }, 'send'],
    [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not-modified'],
  ])('%j: %s', (fields, answer) => expect(checkConditions(fields, FILE)).toBe(answer))

  it('compares strongly: a weak tag of our own never matches', () =>
    expect(checkConditions({ 'if-match': 'W/"abc"' }, { ...FILE, etag: 'W/"abc"' })).toBe('precondition-failed'))
})

describe('If-Range', () => {
  it.each([
    [undefined, true],
    ['"abc"', true],
    ['"other"', false],
    ['W/"abc"', false],
    [SAME, true],
    [BEFORE, false],
    [AFTER, false],
    ['soon', false],
  ])('%s: %s', (field, applies) => expect(rangeApplies(field, FILE)).toBe(applies))
})
