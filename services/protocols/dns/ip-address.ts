/** IP addresses between text and bytes, without the leniency of inet_aton: `10.1` or `010.0.0.1` are mistakes here. */

/** The 4 bytes of `127.10.0.53`, or null when it is not a dotted quad. */
export function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null
  return Uint8Array.from(parts, Number)
}

export function formatIpv4(bytes: Uint8Array): string {
  return bytes.join('.')
}

/** The 16 bytes of an address in the forms of RFC 4291 section 2.2, or null. */
export function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = readGroups(halves[0] ?? '', halves.length === 1)
  const tail = readGroups(halves[1] ?? '', true)
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail]
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]))
}

/** The 16-bit groups of one side of `::`; a dotted quad may stand only at the very end of the address. */
function readGroups(text: string, endsAddress: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const quad = endsAddress && index === parts.length - 1 ? parseIpv4(part) : null
    if (quad === null) return null
    const [a = 0, b = 0, c = 0, d = 0] = quad
    groups.push((a << 8) | b, (c << 8) | d)
  }
  return groups
}

/** The one recommended spelling of 16 bytes (RFC 5952): lower case, the longest run of zeros as `::`. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0))
  const run = longestZeroRun(groups)
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return hex(groups)
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0
    while (groups[start + length] === 0) length += 1
    if (length > best.length) best = { start, length }
  }
  return best
}
