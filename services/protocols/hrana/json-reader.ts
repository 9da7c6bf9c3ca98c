/** Small checks on parsed JSON. Each names the place of what it rejects, as `requests[0].stmt.args[1].value`. */

/** A request that breaks the protocol; its sentence is for whoever wrote the client. */
export class HranaFormatError extends Error {
  constructor(place: string, sentence: string) {
    super(`${place === '' ? 'The request body' : place} ${sentence}.`)
    this.name = 'HranaFormatError'
  }
}

export type JsonObject = Readonly<Record<string, unknown>>

export function readObject(value: unknown, place: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected(place, 'an object', value)
  return value as JsonObject
}

export function readArray(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw expected(place, 'an array', value)
  return value
}

export function readString(value: unknown, place: string): string {
  if (typeof value !== 'string') throw expected(place, 'a string', value)
  return value
}

export function readBoolean(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') throw expected(place, 'true or false', value)
  return value
}

const MAX_INT32 = 2 ** 31 - 1
const MIN_INT32 = -(2 ** 31)

export function readInt32(value: unknown, place: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < MIN_INT32 || value > MAX_INT32)
    throw expected(place, 'an integer of 32 bits', value)
  return value
}

/** Reads what may be left out or be null. */
export function readOptional<T>(value: unknown, place: string, read: (value: unknown, place: string) => T): T | null {
  return value === undefined || value === null ? null : read(value, place)
}

export function expected(place: string, what: string, value: unknown): HranaFormatError {
  return new HranaFormatError(place, `must be ${what}, not ${nameOf(value)}`)
}

const SHOWN_CHARS = 40

function nameOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}...` : value)
}
