import { parseHttpDate } from './http-date.ts'

/** Conditional requests (RFC 9110 section 13). */

/** What is known of the file that would be sent. */
export interface Validators {
  /** With its quotes: `"abc"` or `W/"abc"`. */
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly modifiedMs: number
}

/** The fields of a request that count, lower-case names as Node has them. */
export interface ConditionFields {
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-modified-since'?: string | undefined
  readonly 'if-unmodified-since'?: string | undefined
  readonly 'if-range'?: string | undefined
}

export type ConditionAnswer = 'send' | 'not-modified' | 'precondition-failed'

/** An entity tag as it stands in a list; the quotes may enclose commas (section 8.8.3). */
const ENTITY_TAG = /(?:W\/)?"[\u0021\u0023-\u007e\u0080-\u00ff]*"/g

/** Evaluates the conditions of a GET or HEAD in the order of section 13.2.2. */
export function checkConditions(fields: ConditionFields, file: Validators): ConditionAnswer {
  const ifMatch = fields['if-match']
  if (ifMatch !== undefined) {
    if (!listMatches(ifMatch, file.etag, strongMatch)) return 'precondition-failed'
  } else if (isModifiedSince(fields['if-unmodified-since'], file) === true) return 'precondition-failed'

  const ifNoneMatch = fields['if-none-match']
  if (ifNoneMatch !== undefined) return listMatches(ifNoneMatch, file.etag, weakMatch) ? 'not-modified' : 'send'
  return isModifiedSince(fields['if-modified-since'], file) === false ? 'not-modified' : 'send'
}

/** Whether a `Range` counts: the client's part is of this very file (section 13.1.5). */
export function rangeApplies(ifRange: string | undefined, file: Validators): boolean {
  if (ifRange === undefined) return true
  const value = ifRange.trim()
  if (value.endsWith('"')) return strongMatch(value, file.etag)
  return parseHttpDate(value) === wholeSeconds(file.modifiedMs)
}

function listMatches(field: string, etag: string, same: (a: string, b: string) => boolean): boolean {
  if (field.trim() === '*') return true
  return (field.match(ENTITY_TAG) ?? []).some((candidate) => same(candidate, etag))
}

function weakMatch(a: string, b: string): boolean {
  return a.replace(/^W\//, '') === b.replace(/^W\//, '')
}

function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/')
}

/** Null when there is no such field or it is no date: then it is ignored (13.1.3, 13.1.4). */
function isModifiedSince(field: string | undefined, file: Validators): boolean | null {
  const since = field === undefined ? null : parseHttpDate(field.trim())
  return since === null ? null : wholeSeconds(file.modifiedMs) > since
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
