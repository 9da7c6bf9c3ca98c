import { Http1Error } from './http1-error.ts'

/** `token` of RFC 9110 section 5.6.2: what methods and field names are made of. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Names seen before, by their spelling, in lower case: the same dozen names come with every message, and a look-up is
 * cheaper than checking and lowering each again. Bounded, because peers choose the names.
 */
const seen = new Map<string, string>()
const SEEN_LIMIT = 512
const SEEN_NAME_LIMIT = 64

/** The field name in lower case (names are case-insensitive, RFC 9110 section 5.1). Throws `Http1Error` for anything that is not a token. */
export function lowerFieldName(name: string): string {
  const known = seen.get(name)
  if (known !== undefined) return known
  if (!TOKEN.test(name)) throw new Http1Error(describeBadName(name))
  const lower = name.toLowerCase()
  if (seen.size < SEEN_LIMIT && name.length <= SEEN_NAME_LIMIT) seen.set(name, lower)
  return lower
}

function describeBadName(name: string): string {
  if (name === '') return 'a header line without a name'
  if (/[ \t]$/.test(name)) return 'white space between a header name and its colon (RFC 9112 section 5.1)'
  return 'a header name with a character that is not allowed'
}
