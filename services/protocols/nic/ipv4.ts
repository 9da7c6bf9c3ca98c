/** IPv4 addresses as 32-bit numbers: records hold them in 4 bytes. The lab has no other kind. */

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** The number of a dotted address, or null for anything else. */
export function parseIpv4(text: string): number | null {
  const match = ADDRESS.exec(text)
  if (match === null) return null
  let number = 0
  for (const part of match.slice(1)) {
    if (Number(part) > 255) return null
    number = number * 256 + Number(part)
  }
  return number
}

export function formatIpv4(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 0xff}.${(number >>> 8) & 0xff}.${number & 0xff}`
}

export function isLoopback(text: string): boolean {
  const number = parseIpv4(text)
  return number !== null && number >>> 24 === 127
}
