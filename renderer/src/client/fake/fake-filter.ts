import type { PacketFilterError, PacketRow } from '../../../../services/contract/index.ts'

/** A small part of the filter language, enough to play with the box: tests joined by `and`, without parentheses. */

type Passes = (row: PacketRow) => boolean

const WORDS = [
  'dns',
  'http',
  'hrana',
  'tcp',
  'udp',
  'http.status',
  'host',
  'link',
  'trace',
  'connection',
  'kind',
  'port',
]

export function readFakeFilter(text: string): { readonly passes: Passes } | { readonly error: PacketFilterError } {
  if (text.trim() === '') return { passes: () => true }
  const tests: Passes[] = []
  let start = 0
  for (const part of text.split(/\band\b/)) {
    const words = part.trim().split(/\s+/).filter(Boolean)
    const test = readTest(words)
    const at = start + part.length - part.trimStart().length
    if (test === null) return { error: mistake(text, words, at) }
    tests.push(test)
    start += part.length + 'and'.length
  }
  return { passes: (row) => tests.every((test) => test(row)) }
}

function mistake(text: string, [first = '']: readonly string[], at: number): PacketFilterError {
  if (first === '') return { key: 'unfinished', params: {}, start: text.length, end: text.length, expected: WORDS }
  if (WORDS.includes(first))
    return { key: 'valueExpected', params: { field: first }, start: text.length, end: text.length, expected: [] }
  return { key: 'testExpected', params: { found: first }, start: at, end: at + first.length, expected: WORDS }
}

function readTest([word = '', first, second, third]: readonly string[]): Passes | null {
  if (word === 'not') return negate(readTest([first, second, third].filter((one) => one !== undefined)))
  if (['dns', 'hrana'].includes(word)) return (row) => row.protocol.toLowerCase() === word
  if (word === 'http') return ({ protocol }) => protocol === 'HTTP' || protocol === 'Hrana'
  if (word === 'udp') return ({ kind }) => kind === 'datagram'
  if (word === 'tcp') return ({ kind }) => kind !== 'datagram'
  if (first === undefined) return null
  if (word === 'host') return ({ from, to, host }) => [from, to, host].includes(first)
  if (word === 'link') return third === undefined ? null : ({ link }) => link === `${first}>${third}`
  if (word === 'trace') return ({ trace }) => trace === Number(first)
  if (word === 'kind') return ({ kind }) => kind === first
  if (word === 'connection') return ({ connection }) => connection === Number(first)
  if (word === 'port') return ({ source, destination }) => [source.port, destination.port].includes(Number(first))
  if (word !== 'http.status' || second === undefined) return null
  return ({ info }) => (first === '>=' ? Number.parseInt(info) >= Number(second) : info.startsWith(`${second} `))
}

function negate(test: Passes | null): Passes | null {
  return test === null ? null : (row) => !test(row)
}
