/** The escapes of zone files: `\.` means the character itself, `\065` the byte 65 (RFC 1035 section 5.1). */

export interface Unit {
  readonly byte: number
  /** An escaped byte has lost any special meaning: `\.` is no label separator, `\@` not the origin. */
  readonly escaped: boolean
}

/** Takes escapes apart; characters beyond ASCII become their UTF-8 bytes. Throws an `Error` with a sentence. */
export function readEscapes(text: string): Unit[] {
  const units: Unit[] = []
  for (let index = 0; index < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0)
    if (character !== '\\') {
      for (const byte of Buffer.from(character, 'utf8')) units.push({ byte, escaped: false })
      index += character.length
      continue
    }
    const { byte, length } = readEscape(text, index)
    units.push({ byte, escaped: true })
    index += length
  }
  return units
}

function readEscape(text: string, index: number): { readonly byte: number; readonly length: number } {
  const next = text[index + 1]
  if (next === undefined) throw new Error('a backslash at the end escapes nothing')
  if (!/\d/.test(next)) {
    if (next.charCodeAt(0) > 0x7e) throw new Error(`the escape \\${next} is not known; only ASCII can be escaped`)
    return { byte: next.charCodeAt(0), length: 2 }
  }
  const digits = text.slice(index + 1, index + 4)
  if (!/^\d{3}$/.test(digits) || Number(digits) > 255)
    throw new Error(`\\${digits} is not a byte; a backslash and three digits stand for 000 to 255`)
  return { byte: Number(digits), length: 4 }
}

/** `\065`: how a byte that cannot be printed is written. */
export function escapeByte(byte: number): string {
  return `\\${String(byte).padStart(3, '0')}`
}

export function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e
}

/** A TXT string as a zone file writes it, in quotes. */
export function quoteString(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
    return isPrintable(byte) ? String.fromCharCode(byte) : escapeByte(byte)
  })
  return `"${characters.join('')}"`
}
