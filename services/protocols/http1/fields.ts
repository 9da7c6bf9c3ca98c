import { lowerFieldName } from './field-names.ts'
import { Http1Error } from './http1-error.ts'

/** One header (or trailer) line. */
export interface HeaderField {
  /** In lower case. As it was sent: `text.slice(start, start + name.length)`. */
  readonly name: string
  /** Without the white space around it. */
  readonly value: string
  /** Where the line starts in the head's text, and where the next one starts. */
  readonly start: number
  readonly end: number
}

/** More header lines than this are refused with 431; HAProxy's default (`tune.http.maxhdr`) is the same. */
export const MAX_FIELDS = 101

const SPACE = 0x20
const TAB = 0x09

/** Control characters, a CR without LF, a LF without CR: RFC 9112 section 2.2, RFC 9110 section 5.5. Tab is allowed. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?:^|[^\r])\n/

/** Throws `Http1Error` when the text holds a character or line end that no head may hold. */
export function checkCharacters(text: string): void {
  if (FORBIDDEN.test(text)) throw new Http1Error(describeForbidden(text))
}

function describeForbidden(text: string): string {
  if (/(?:^|[^\r])\n/.test(text)) return 'a line that ends in LF without CR'
  if (/\r(?!\n)/.test(text)) return 'a CR without LF'
  return 'a control character'
}

/**
 * Reads header lines from `text`, each ending in CRLF, from `offset` to its end. The text went through `checkCharacters`.
 * Throws `Http1Error`: a folded line, a bad name, no colon, too many lines.
 */
export function parseFields(text: string, offset: number): HeaderField[] {
  const fields: HeaderField[] = []
  let start = offset
  while (start < text.length) {
    if (isBlank(text.charCodeAt(start))) throw new Http1Error('a folded header line (RFC 9112 section 5.2)')
    const lineEnd = text.indexOf('\r\n', start)
    const colon = text.indexOf(':', start)
    if (colon === -1 || colon > lineEnd) throw new Http1Error('a header line without a colon')
    const name = lowerFieldName(text.slice(start, colon))
    fields.push({ name, value: trimmed(text, colon + 1, lineEnd), start, end: lineEnd + 2 })
    start = lineEnd + 2
    if (fields.length > MAX_FIELDS) throw new Http1Error(`more than ${MAX_FIELDS} header lines`, 431)
  }
  return fields
}

/** Optional white space is space and tab only (RFC 9110 section 5.6.3): `trim()` would take more. */
function trimmed(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from += 1
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/** The members of a comma-separated list, in lower case, without empty ones (RFC 9110 section 5.6.1). */
export function listMembers(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '')
}

/** The first value of a field, or null. `name` is in lower case. */
export function fieldValue(fields: readonly HeaderField[], name: string): string | null {
  for (const field of fields) if (field.name === name) return field.value
  return null
}
