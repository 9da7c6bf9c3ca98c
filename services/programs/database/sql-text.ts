/**
 * As much of SQLite's lexical rules as is needed to know a statement's parameters, which node:sqlite doesn't tell
 * (https://www.sqlite.org/lang_expr.html#varparam; tokens as in https://www.sqlite.org/lang.html).
 */

interface Token {
  readonly kind: 'blank' | 'parameter' | 'word' | 'other'
  readonly text: string
}

/** One alternative a kind; tried in this order, each at the place where the last one ended. */
const TOKENS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['blank', /[ \t\n\f\r\uFEFF]+|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)/y],
  // Strings, quoted identifiers and blob literals: a doubled quote stands for itself.
  ['other', /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/y],
  ['parameter', /\?\d*|[:@#$](?:[\p{ID_Continue}$\u0080-\uFFFF]|::)+(?:\([^)\s]*\))?/uy],
  ['word', /[\p{ID_Continue}$\u0080-\uFFFF]+/uy],
  ['other', /[^]/uy],
]

function* tokens(sql: string): Generator<Token> {
  let at = 0
  while (at < sql.length) {
    const token = tokenAt(sql, at)
    at += token.text.length
    yield token
  }
}

function tokenAt(sql: string, at: number): Token {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at
    const text = pattern.exec(sql)?.[0]
    if (text !== undefined) return { kind, text }
  }
  return { kind: 'other', text: sql.slice(at) }
}

/** Whether nothing but blanks, comments and semicolons stands here. */
export function isBlankSql(sql: string): boolean {
  for (const token of tokens(sql)) if (token.kind !== 'blank' && token.text !== ';') return false
  return true
}

/** The first words in capitals, such as `BEGIN IMMEDIATE` or `EXPLAIN QUERY`. */
export function firstWords(sql: string, count: number): string {
  const words: string[] = []
  for (const token of tokens(sql)) {
    if (token.kind === 'blank' || (token.text === ';' && words.length === 0)) continue
    if (token.kind !== 'word') break
    words.push(token.text.toUpperCase())
    if (words.length === count) break
  }
  return words.join(' ')
}

const MAX_PARAMETER = 32_766

/**
 * The parameters of one statement by their number: the first item is parameter 1. `?` is nameless (null), `?NNN` and
 * the named ones carry their prefix; numbers that no parameter has are null as well. A name that comes twice is one
 * parameter. Throws RangeError for a number that SQLite would not take either.
 */
export function findParameters(sql: string): readonly (string | null)[] {
  const names: (string | null)[] = []
  if (!/[?:@$#]/.test(sql)) return names
  for (const { kind, text } of tokens(sql)) {
    if (kind !== 'parameter') continue
    if (text === '?') names.push(null)
    else if (text.startsWith('?')) placeNumbered(names, text)
    else if (!names.includes(text)) names.push(text)
  }
  return names
}

function placeNumbered(names: (string | null)[], text: string): void {
  const number = Number(text.slice(1))
  if (number < 1 || number > MAX_PARAMETER) throw new RangeError(`${text} is no parameter: 1 to ${MAX_PARAMETER} are`)
  while (names.length < number) names.push(null)
  names[number - 1] = text
}
