/**
 * A baton names a stream and how many answers it has given. Each answer carries the next number, so a baton can be
 * used once; the signature keeps others from making one up (HRANA_3_SPEC, "Execute a pipeline of requests").
 */
export interface Baton {
  readonly stream: string
  readonly sequence: number
}

/** Makes the signature of a baton's text, in base64url. */
export type SignBaton = (text: string) => string

const BATON_PATTERN = /^([A-Za-z0-9_-]{1,64})\.(\d{1,15})\.([A-Za-z0-9_-]{1,128})$/

export function formatBaton(baton: Baton, sign: SignBaton): string {
  const text = `${baton.stream}.${baton.sequence}`
  return `${text}.${sign(text)}`
}

/** The baton of this text, or null when it is none or its signature is not right by `isEqual` (in constant time). */
export function parseBaton(text: string, sign: SignBaton, isEqual: (a: string, b: string) => boolean): Baton | null {
  const [, stream = '', sequence = '', signature = ''] = BATON_PATTERN.exec(text) ?? []
  if (stream === '' || !isEqual(signature, sign(`${stream}.${sequence}`))) return null
  return { stream, sequence: Number(sequence) }
}
