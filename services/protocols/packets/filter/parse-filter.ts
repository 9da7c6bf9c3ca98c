import { nearestWord } from '../../text/nearest.ts'
import { PACKET_KINDS, type PacketKind } from '../record.ts'
import {
  NUMBER_FIELDS,
  NUMBER_OPERATORS,
  TEXT_FIELDS,
  TEXT_OPERATORS,
  VALUE_TESTS,
  WORD_TESTS,
  type FilterNode,
  type ValueTest,
} from './ast.ts'
import { filterError, FilterSyntaxError, type FilterError, type FilterErrorKey } from './filter-error.ts'
import { readTokens, type Token } from './tokens.ts'

/**
 * The filter language, in short (the word before a bracket is the one that is meant):
 *
 *   filter = test | not filter | filter and filter | filter or filter | ( filter )      also ! && ||
 *   test   = dns | http | hrana | tcp | udp | http.request | http.response | traced | faulty
 *          | host NAME | from NAME | to NAME | link NAME > NAME | kind KIND | trace NUMBER-OR-ID | port N | connection N
 *          | http.status | length | no | port | connection   followed by == != < <= > >= and a number
 *          | http.method | http.path | http.host | dns.name | dns.type | hrana.sql | info   followed by == != contains and a text
 *
 * `and` binds closer than `or`, `not` closest. Texts with spaces or signs stand in double quotes; a backslash takes the next
 * character as it is. Case does not matter in texts and in the words of the language.
 */

export type ParsedFilter =
  /** `node` null: an empty filter, which every packet passes. */
  { readonly ok: true; readonly node: FilterNode | null } | { readonly ok: false; readonly error: FilterError }

export interface FilterOptions {
  /** Names of hosts and services; when given, other names are mistakes. */
  readonly names?: readonly string[]
}

export const MAX_FILTER_CHARS = 2000
const MAX_DEPTH = 50

/** Reads a filter. A mistake is a value: where it is, what it is, and what could stand there. */
export function parseFilter(text: string, options: FilterOptions = {}): ParsedFilter {
  try {
    if (text.length > MAX_FILTER_CHARS)
      throw new FilterSyntaxError(filterError('tooLong', MAX_FILTER_CHARS, text.length, { limit: MAX_FILTER_CHARS }))
    return { ok: true, node: new FilterParser(readTokens(text), options.names ?? null).parse() }
  } catch (error) {
    if (error instanceof FilterSyntaxError) return { ok: false, error: error.error }
    throw error
  }
}

const JOINS = ['and', 'or']
const TESTS: readonly string[] = [...new Set([...WORD_TESTS, ...VALUE_TESTS, ...NUMBER_FIELDS, ...TEXT_FIELDS])]
const END: Token = { kind: 'end', text: '', start: 0, end: 0 }

class FilterParser {
  private readonly tokens: readonly Token[]
  private readonly names: readonly string[] | null
  private at = 0
  private depth = 0

  constructor(tokens: readonly Token[], names: readonly string[] | null) {
    this.tokens = tokens
    this.names = names
  }

  parse(): FilterNode | null {
    if (this.peek().kind === 'end') return null
    const node = this.readOr()
    if (this.peek().kind === 'close') throw this.wrong('closeUnmatched', {}, JOINS)
    if (this.peek().kind !== 'end') throw this.wrong('joinExpected', {}, JOINS)
    return node
  }

  private peek(): Token {
    return this.tokens[this.at] ?? this.tokens.at(-1) ?? END
  }

  private take(): Token {
    const token = this.peek()
    this.at += 1
    return token
  }

  /** Takes the next token when it is this word, in any case. */
  private takeWord(word: string): boolean {
    if (this.peek().kind !== 'word' || this.peek().text.toLowerCase() !== word) return false
    this.at += 1
    return true
  }

  private wrong(
    key: FilterErrorKey,
    params: FilterError['params'] = {},
    expected: readonly string[] = [],
  ): FilterSyntaxError {
    const { kind, start, end } = this.peek()
    const atEnd = kind === 'end' && key !== 'closeExpected'
    return new FilterSyntaxError(filterError(atEnd ? 'unfinished' : key, start, end, atEnd ? {} : params, expected))
  }

  private readOr(): FilterNode {
    let left = this.readAnd()
    while (this.takeWord('or')) left = { type: 'or', left, right: this.readAnd() }
    return left
  }

  private readAnd(): FilterNode {
    let left = this.readNot()
    while (this.takeWord('and')) left = { type: 'and', left, right: this.readNot() }
    return left
  }

  private readNot(): FilterNode {
    this.depth += 1
    if (this.depth > MAX_DEPTH) throw this.wrong('tooDeep', { limit: MAX_DEPTH })
    const node: FilterNode = this.takeWord('not') ? { type: 'not', inner: this.readNot() } : this.readPrimary()
    this.depth -= 1
    return node
  }

  private readPrimary(): FilterNode {
    if (this.peek().kind !== 'open') return this.readTest()
    this.take()
    const inner = this.readOr()
    if (this.peek().kind === 'end') throw this.wrong('closeExpected', {}, [')', ...JOINS])
    if (this.peek().kind !== 'close') throw this.wrong('joinExpected', {}, [')', ...JOINS])
    this.take()
    return inner
  }

  private readTest(): FilterNode {
    const token = this.peek()
    const word = token.text.toLowerCase()
    if (token.kind !== 'word' || !TESTS.includes(word)) throw this.unknownTest(token)
    this.take()
    const wordTest = WORD_TESTS.find((one) => one === word)
    if (wordTest !== undefined) return { type: 'word', word: wordTest }
    const textField = TEXT_FIELDS.find((one) => one === word)
    if (textField !== undefined) {
      const operator = this.readOperator(word, TEXT_OPERATORS)
      return { type: 'text', field: textField, operator, value: this.readValue(word).text }
    }
    const valueTest = VALUE_TESTS.find((one) => one === word)
    const numberField = NUMBER_FIELDS.find((one) => one === word)
    if (numberField !== undefined && (valueTest === undefined || this.peek().kind === 'operator')) {
      const operator = this.readOperator(word, NUMBER_OPERATORS)
      return { type: 'number', field: numberField, operator, value: this.readNumber(word) }
    }
    return this.readValueTest(valueTest ?? 'host')
  }

  private unknownTest(token: Token): FilterSyntaxError {
    const found = token.text
    const nearest = token.kind === 'word' ? nearestWord(found, TESTS) : null
    if (nearest === null) return this.wrong('testExpected', { found }, ['not', '(', ...TESTS])
    return this.wrong('testSuggested', { found, nearest }, [nearest])
  }

  private readValueTest(test: ValueTest): FilterNode {
    switch (test) {
      case 'host':
      case 'from':
      case 'to':
        return { type: 'place', side: test, name: this.readName(test) }
      case 'link':
        return this.readLink()
      case 'kind':
        return { type: 'kind', kind: this.readKind() }
      case 'trace':
        return { type: 'trace', trace: this.readTrace() }
      case 'port':
      case 'connection':
        return { type: 'number', field: test, operator: '==', value: this.readNumber(test) }
    }
  }

  private readOperator<Operator extends string>(field: string, operators: readonly Operator[]): Operator {
    const token = this.peek()
    const found = operators.find((operator) => operator === token.text.toLowerCase())
    if (found !== undefined && token.kind !== 'quoted') {
      this.take()
      return found
    }
    const isOperator = token.kind === 'operator' || (token.kind === 'word' && token.text.toLowerCase() === 'contains')
    if (isOperator) throw this.wrong('operatorUnfit', { field, operator: token.text }, operators)
    throw this.wrong('operatorExpected', { field }, operators)
  }

  private readValue(field: string): Token {
    if (this.peek().kind !== 'word' && this.peek().kind !== 'quoted') throw this.wrong('valueExpected', { field })
    return this.take()
  }

  private readNumber(field: string): number {
    const token = this.peek()
    if (!/^\d{1,15}$/.test(token.text)) throw this.wrong('numberExpected', { field, found: token.text })
    this.take()
    return Number(token.text)
  }

  private readName(field: string): string {
    const { names } = this
    const token = this.peek()
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.wrong('valueExpected', { field }, names ?? [])
    const found = token.text
    const known = names?.find((name) => name.toLowerCase() === found.toLowerCase())
    // Strangers have no name in the lab: they go by their address.
    if (names !== null && known === undefined && !/^[\d.]+$/.test(found)) {
      const nearest = nearestWord(found, names)
      if (nearest === null) throw this.wrong('nameUnknown', { found }, names)
      throw this.wrong('nameSuggested', { found, nearest }, [nearest])
    }
    this.take()
    return known ?? found
  }

  private readLink(): FilterNode {
    const from = this.readName('link')
    if (this.peek().kind !== 'operator' || this.peek().text !== '>') throw this.wrong('arrowExpected', {}, ['>'])
    this.take()
    return { type: 'link', from, to: this.readName('link') }
  }

  private readKind(): PacketKind {
    const found = PACKET_KINDS.find((kind) => kind === this.peek().text.toLowerCase())
    if (found === undefined) throw this.wrong('kindUnknown', { found: this.peek().text }, PACKET_KINDS)
    this.take()
    return found
  }

  /** A short number is a trace's number; anything longer is the beginning of its id. */
  private readTrace(): number | string {
    const text = this.peek().text.toLowerCase()
    const isNumber = /^\d{1,7}$/.test(text)
    if (!isNumber && !/^[0-9a-f]{8,32}$/.test(text)) throw this.wrong('traceExpected', { found: this.peek().text })
    this.take()
    return isNumber ? Number(text) : text
  }
}
