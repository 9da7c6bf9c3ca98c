import { MAX_LABEL_LENGTH, MAX_NAME_LENGTH } from './codes.ts'
import { escapeByte, isPrintable, readEscapes, type Unit } from './escape.ts'

/**
 * Domain names. Everywhere in this folder a name is its absolute text with the final dot (`www.foobar.com.`, the root is
 * `.`), spelled one way: bytes that would not survive a zone file are escaped, so the text is pure ASCII. Names
 * compare by `nameKey`; labels are byte strings (one character per byte), so that `a\.b` stays one label.
 */

const SPECIAL = new Set([...'.\\"();@$'].map((character) => character.charCodeAt(0)))

/**
 * Reads a name as a zone file or a person writes it: relative to `origin` without a final dot, `@` for the origin itself.
 * Without an origin a name must be absolute. Throws an `Error` with a sentence.
 */
export function parseName(text: string, origin: string | null): string {
  if (text === '') throw new Error('a name is empty')
  if (text === '.') return '.'
  if (text === '@') return requireOrigin(origin, text)
  const labels = splitLabels(text, readEscapes(text))
  const absolute = labels.at(-1) === ''
  const own = absolute ? labels.slice(0, -1) : labels
  if (own.includes('')) throw new Error(`${text} holds an empty label (two dots in a row, or a dot at the start)`)
  const all = absolute ? own : [...own, ...labelsOf(requireOrigin(origin, text))]
  checkLengths(text, all)
  return nameFromLabels(all)
}

function requireOrigin(origin: string | null, text: string): string {
  if (origin !== null) return origin
  throw new Error(`${text} is relative, but there is no $ORIGIN yet; write one above, or end the name with a dot`)
}

function splitLabels(text: string, units: readonly Unit[]): string[] {
  const labels = ['']
  for (const { byte, escaped } of units) {
    if (byte === 0x2e && !escaped) {
      labels.push('')
      continue
    }
    if (!escaped && byte > 0x7e) throw new Error(`${text} holds characters beyond ASCII; write such a name as xn--...`)
    if (!escaped && byte <= 0x20) throw new Error(`${text} holds a space or control character`)
    labels[labels.length - 1] += String.fromCharCode(byte)
  }
  return labels
}

function checkLengths(text: string, labels: readonly string[]): void {
  const long = labels.find((label) => label.length > MAX_LABEL_LENGTH)
  if (long !== undefined)
    throw new Error(`${text}: a label has at most ${MAX_LABEL_LENGTH} characters, "${long}" has ${long.length}`)
  const length = wireLength(labels)
  if (length > MAX_NAME_LENGTH)
    throw new Error(`${text}: a name has at most ${MAX_NAME_LENGTH} bytes, this one has ${length}`)
}

/** Bytes that the labels take in a message, uncompressed, with the final zero. */
export function wireLength(labels: readonly string[]): number {
  return labels.reduce((sum, label) => sum + 1 + label.length, 1)
}

/** The labels of a name, left to right, without escapes; the root has none. */
export function labelsOf(name: string): string[] {
  if (name === '.') return []
  // Nearly all names hold no escape: a plain split is enough.
  if (!name.includes('\\')) return name.slice(0, -1).split('.')
  return splitLabels(name, readEscapes(name)).slice(0, -1)
}

export function nameFromLabels(labels: readonly string[]): string {
  if (labels.length === 0) return '.'
  return labels.map((label) => (/^[\w*-]+$/.test(label) ? label : escapeLabel(label)) + '.').join('')
}

function escapeLabel(label: string): string {
  return Array.from(label, (character) => {
    const byte = character.charCodeAt(0)
    if (SPECIAL.has(byte)) return `\\${character}`
    return isPrintable(byte) && byte !== 0x20 ? character : escapeByte(byte)
  }).join('')
}

/** What names are compared by: case does not matter, for ASCII letters only (RFC 4343). */
export function nameKey(name: string): string {
  return name.toLowerCase()
}

export function sameName(a: string, b: string): boolean {
  return a === b || nameKey(a) === nameKey(b)
}

/** Whether `name` is `zone` or below it. */
export function isWithin(name: string, zone: string): boolean {
  const labels = labelsOf(name)
  const depth = labels.length - labelsOf(zone).length
  return depth >= 0 && sameName(nameFromLabels(labels.slice(depth)), zone)
}

/** The name without its first label; the root is its own parent. */
export function parentOf(name: string): string {
  return nameFromLabels(labelsOf(name).slice(1))
}

/** Without the final dot, as people read it; the root stays a dot. */
export function displayName(name: string): string {
  return name === '.' ? name : name.slice(0, -1)
}
