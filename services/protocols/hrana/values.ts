/**
 * SQL values on the wire (HRANA_3_SPEC, "Values"). Integers are 64 bits wide and travel as text, because JSON numbers
 * lose digits above 2^53; blobs travel as base64 without padding.
 */
export type WireValue =
  | { readonly type: 'null' }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'blob'; readonly base64: string }

/** The same values as SQLite takes and gives them: integers are always bigint, a number is always REAL. */
export type SqlValue = null | bigint | number | string | Uint8Array

const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n
const INTEGER_PATTERN = /^[+-]?\d{1,19}$/
const BASE64_PATTERN = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * `JSON.stringify` writes Infinity as null, which a client rightly takes for a broken float. JSON's grammar has no
 * infinity but no limit of magnitude either (RFC 8259 section 6), and every reader rounds 1e999 to infinity.
 */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): number }
const POSITIVE_INFINITY = rawJSON('1e999')
const NEGATIVE_INFINITY = rawJSON('-1e999')

/** Whether this text is a 64-bit signed integer. */
export function isInteger64(text: string): boolean {
  if (!INTEGER_PATTERN.test(text)) return false
  const value = BigInt(text)
  return value >= MIN_INTEGER && value <= MAX_INTEGER
}

/** Whether this text is base64 (RFC 4648 section 4), with its padding or without. */
export function isBase64(text: string): boolean {
  if (!BASE64_PATTERN.test(text)) return false
  return text.endsWith('=') ? text.length % 4 === 0 : text.length % 4 !== 1
}

/** From the wire to SQLite. The value was checked before (`read-value.ts`). */
export function decodeValue(value: WireValue): SqlValue {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value)
    case 'float':
    case 'text':
      return value.value
    case 'blob':
      return Buffer.from(value.base64, 'base64')
  }
}

/** From SQLite to the wire, ready for `JSON.stringify`. SQLite has no NaN: it stores one as NULL. */
export function encodeValue(value: SqlValue): WireValue {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() }
  if (typeof value === 'number') return { type: 'float', value: encodeFloat(value) }
  if (typeof value === 'string') return { type: 'text', value }
  const blob = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return { type: 'blob', base64: blob.toString('base64').replace(/=+$/, '') }
}

function encodeFloat(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return POSITIVE_INFINITY
  return value === Number.NEGATIVE_INFINITY ? NEGATIVE_INFINITY : value
}

/** About how many characters a value takes in an answer; lets the server stop before an answer outgrows its limit. */
export function wireSize(value: SqlValue): number {
  const frame = 32
  if (typeof value === 'string') return frame + value.length
  if (value instanceof Uint8Array) return frame + Math.ceil((value.byteLength * 4) / 3)
  return frame
}
