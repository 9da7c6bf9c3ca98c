import { expect, it } from 'vitest'
import { splitWords } from '../../../../services/protocols/haproxy-cfg/words.ts'

it.each([
  ['  a \t b  ', ['a', 'b']],
  ['a # b', ['a']],
  ['a#b', ['a']],
  ['# a', []],
  ['a "b c" d', ['a', 'b c', 'd']],
  ["a 'b \"c' d", ['a', 'b "c', 'd']],
  ['a\\ b "c\\"d" \\#e', ['a b', 'c"d', '#e']],
  ['a "" b', ['a', '', 'b']],
  ["a'b'c", ['abc']],
  ["'$x'", ['$x']],
])('splits %j', (line, words) => {
  expect(splitWords(line)).toEqual(words)
})

it('refuses what it would misread', () => {
  expect(() => splitWords('"$HOME"')).toThrow(/variables/)
  expect(() => splitWords("a 'b")).toThrow(/never closed/)
})
