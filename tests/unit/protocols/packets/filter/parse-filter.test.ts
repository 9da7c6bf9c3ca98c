import { describe, expect, it } from 'vitest'
import { MAX_FILTER_CHARS, parseFilter } from '../../../../../services/protocols/packets/filter/parse-filter.ts'
import type { FilterError } from '../../../../../services/protocols/packets/filter/filter-error.ts'
import type { FilterNode } from '../../../../../services/protocols/packets/filter/ast.ts'

const NAMES = ['client', 'lb-1', 'web-1', 'web-2', 'server-1']

function nodeOf(text: string): FilterNode | null {
  const parsed = parseFilter(text, { names: NAMES })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.node
}

function errorOf(text: string): FilterError {
  const parsed = parseFilter(text, { names: NAMES })
  if (parsed.ok) throw new Error(`${text} was understood`)
  return parsed.error
}

/** The words of an error's place, so that a test reads as what a person sees marked. */
function marked(text: string): string {
  const { key, start, end } = errorOf(text)
  return `${key} [${text.slice(start, end)}]`
}

describe('a filter', () => {
  it('may be empty', () => {
    expect(nodeOf('')).toBeNull()
    expect(nodeOf('  ')).toBeNull()
  })

  it.each<[string, FilterNode]>([
    ['dns', { type: 'word', word: 'dns' }],
    ['HTTP.Request', { type: 'word', word: 'http.request' }],
    ['http.status == 500', { type: 'number', field: 'http.status', operator: '==', value: 500 }],
    ['http.status>=500', { type: 'number', field: 'http.status', operator: '>=', value: 500 }],
    ['http.method == POST', { type: 'text', field: 'http.method', operator: '==', value: 'POST' }],
    ['http.path contains guest', { type: 'text', field: 'http.path', operator: 'contains', value: 'guest' }],
    ['http.path == /a?b', { type: 'text', field: 'http.path', operator: '==', value: '/a?b' }],
    ['info contains "a \\"b\\" (c)"', { type: 'text', field: 'info', operator: 'contains', value: 'a "b" (c)' }],
    ['host WEB-1', { type: 'place', side: 'host', name: 'web-1' }],
    ['from 127.0.0.1', { type: 'place', side: 'from', name: '127.0.0.1' }],
    ['link lb-1 > web-1', { type: 'link', from: 'lb-1', to: 'web-1' }],
    ['link lb-1>web-1', { type: 'link', from: 'lb-1', to: 'web-1' }],
    ['trace 3', { type: 'trace', trace: 3 }],
    ['trace 4BF92F35', { type: 'trace', trace: '4bf92f35' }],
    ['port 8080', { type: 'number', field: 'port', operator: '==', value: 8080 }],
    ['port > 8080', { type: 'number', field: 'port', operator: '>', value: 8080 }],
    ['kind reset', { type: 'kind', kind: 'reset' }],
    ['length > 100', { type: 'number', field: 'length', operator: '>', value: 100 }],
  ])('%s', (text, node) => {
    expect(nodeOf(text)).toEqual(node)
  })

  it('binds not closest, then and, then or', () => {
    const dns: FilterNode = { type: 'word', word: 'dns' }
    const tcp: FilterNode = { type: 'word', word: 'tcp' }
    const udp: FilterNode = { type: 'word', word: 'udp' }
    expect(nodeOf('dns or not tcp and udp')).toEqual({
      type: 'or',
      left: dns,
      right: { type: 'and', left: { type: 'not', inner: tcp }, right: udp },
    })
    expect(nodeOf('(dns or tcp) and udp')).toEqual({
      type: 'and',
      left: { type: 'or', left: dns, right: tcp },
      right: udp,
    })
    expect(nodeOf('dns || !tcp && udp')).toEqual(nodeOf('dns or not tcp and udp'))
    expect(nodeOf('dns AND tcp')).toEqual(nodeOf('dns and tcp'))
  })
})

describe('a mistake is marked where it is', () => {
  it.each([
    ['http.staus == 5', 'testSuggested [http.staus]'],
    ['elephant', 'testExpected [elephant]'],
    ['dns tcp', 'joinExpected [tcp]'],
    ['dns and', 'unfinished []'],
    ['and dns', 'testExpected [and]'],
    ['http.status = 500', 'signUnknown [=]'],
    ['http.status 500', 'operatorExpected [500]'],
    ['http.status contains 5', 'operatorUnfit [contains]'],
    ['http.method > POST', 'operatorUnfit [>]'],
    ['http.status == five', 'numberExpected [five]'],
    ['http.status ==', 'unfinished []'],
    ['http.path == (', 'valueExpected [(]'],
    ['host web-3', 'nameSuggested [web-3]'],
    ['host elephant', 'nameUnknown [elephant]'],
    ['link lb-1 web-1', 'arrowExpected [web-1]'],
    ['link lb-1 == web-1', 'arrowExpected [==]'],
    ['kind restart', 'kindUnknown [restart]'],
    ['trace x', 'traceExpected [x]'],
    ['trace 4bf9', 'traceExpected [4bf9]'],
    ['(dns', 'closeExpected []'],
    ['(dns tcp)', 'joinExpected [tcp]'],
    ['dns)', 'closeUnmatched [)]'],
    ['()', 'testExpected [)]'],
    ['info contains "a b', 'quoteOpen ["a b]'],
    ['dns & tcp', 'signUnknown [&]'],
  ])('%s: %s', (text, expected) => {
    expect(marked(text)).toBe(expected)
  })

  it('says what could stand there', () => {
    expect(errorOf('http.staus')).toMatchObject({ params: { nearest: 'http.status' }, expected: ['http.status'] })
    expect(errorOf('http.status 5').expected).toEqual(['==', '!=', '<', '<=', '>', '>='])
    expect(errorOf('kind x').expected).toContain('handshake')
    expect(errorOf('host web-3').params).toEqual({ found: 'web-3', nearest: 'web-1' })
    expect(errorOf('dns & tcp').expected).toEqual(['and'])
  })

  it('takes any name where the lab is not known', () => {
    expect(parseFilter('host elephant')).toEqual({
      ok: true,
      node: { type: 'place', side: 'host', name: 'elephant' },
    })
  })

  it('stays within bounds, whatever is typed', () => {
    expect(errorOf('('.repeat(60)).key).toBe('tooDeep')
    expect(errorOf(`${'not '.repeat(60)}dns`).key).toBe('tooDeep')
    expect(errorOf('x'.repeat(MAX_FILTER_CHARS + 1)).key).toBe('tooLong')
    expect(nodeOf(Array.from({ length: 250 }, () => 'dns').join(' or '))).not.toBeNull()
  })
})
