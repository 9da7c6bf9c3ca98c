/** A packet's bytes as lines of 16, as every tool shows them. */

export const BYTES_PER_ROW = 16
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

export function hexOffset(offset: number): string {
  return offset.toString(16).padStart(4, '0')
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/** The character of a byte; a dot for what has none (RFC 20: the rest is control characters, or no ASCII). */
export function textOfByte(byte: number): string {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE ? String.fromCharCode(byte) : '·'
}

/** All lines as one text to copy. */
export function hexDump(bytes: Uint8Array): string {
  return Array.from({ length: Math.ceil(bytes.length / BYTES_PER_ROW) }, (_, row) => {
    const part = [...bytes.subarray(row * BYTES_PER_ROW, (row + 1) * BYTES_PER_ROW)]
    const hex = part
      .map(hexByte)
      .join(' ')
      .padEnd(BYTES_PER_ROW * 3 - 1)
    return `${hexOffset(row * BYTES_PER_ROW)}  ${hex}  ${part.map(textOfByte).join('')}`
  }).join('\n')
}
