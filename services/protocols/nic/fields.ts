/** Small checks on parsed JSON. Each names the place of what it rejects, as `ports[0].transport`. */

/** A configuration or message that is not what it should be; the sentence is for the person who wrote it. */
export class NicFormatError extends Error {
  constructor(place: string, sentence: string) {
    super(`${place} ${sentence}`)
    this.name = 'NicFormatError'
  }
}

export type Fields = Readonly<Record<string, unknown>>

export function readFields(value: unknown, place: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected(place, 'an object', value)
  return value as Fields
}

/** Each item read by `read`, which gets its place. */
export function readList<T>(value: unknown, place: string, read: (item: unknown, place: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw expected(place, 'a list', value)
  return value.map((item, index) => read(item, `${place}[${index}]`))
}

export function readText(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw expected(place, 'a text', value)
  return value
}

export function readBoolean(value: unknown, place: string): boolean {
  if (typeof value !== 'boolean') throw expected(place, 'true or false', value)
  return value
}

export function readInteger(value: unknown, place: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw expected(place, `a whole number from ${min} to ${max}`, value)
  return value
}

/** Any number in a range. */
export function readNumber(value: unknown, place: string, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw expected(place, `a number from ${min} to ${max}`, value)
  return value
}

export function readChoice<T extends string>(value: unknown, place: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw expected(place, choices.map((choice) => `"${choice}"`).join(' or '), value)
  return found
}

export function expected(place: string, what: string, value: unknown): NicFormatError {
  const got = value === undefined ? 'it is missing' : `it is ${JSON.stringify(value)?.slice(0, 60) ?? typeof value}`
  return new NicFormatError(place, `must be ${what}; ${got}`)
}
