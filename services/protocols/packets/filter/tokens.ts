import { filterError, FilterSyntaxError } from './filter-error.ts'

export interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | 'open' | 'close' | 'end'
  /** A quoted text without its quotes; `&&`, `||` and `!` as `and`, `or` and `not`. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Longer signs first. */
const PATTERN = /\s+|(==|!=|<=|>=|<|>)|(&&|\|\||!)|([()])|"((?:[^"\\]|\\.)*)"|([^\s()"<>=!&|]+)/y
const SIGN_WORDS: Readonly<Record<string, string>> = { '&&': 'and', '||': 'or', '!': 'not' }

/** Cuts a filter into its words. The last one is `end`. Throws `FilterSyntaxError`. */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  PATTERN.lastIndex = 0
  while (PATTERN.lastIndex < text.length) {
    const start = PATTERN.lastIndex
    const match = PATTERN.exec(text)
    if (match === null) throw new FilterSyntaxError(unknownSign(text, start))
    const end = PATTERN.lastIndex
    const [, operator, sign, bracket, quoted, word] = match
    if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, start, end })
    else if (sign !== undefined) tokens.push({ kind: 'word', text: SIGN_WORDS[sign] ?? sign, start, end })
    else if (bracket !== undefined) tokens.push({ kind: bracket === '(' ? 'open' : 'close', text: bracket, start, end })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unescape(quoted), start, end })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, start, end })
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}

function unknownSign(text: string, start: number): FilterSyntaxError['error'] {
  if (text[start] === '"') return filterError('quoteOpen', start, text.length, {}, ['"'])
  const found = text[start] ?? ''
  const expected = found === '=' ? ['=='] : found === '&' ? ['and'] : found === '|' ? ['or'] : []
  return filterError('signUnknown', start, start + 1, { found }, expected)
}
