/** Ranges of bytes (RFC 9110 section 14). */

export type RangeAnswer =
  /** Send the whole file with 200. */
  | { readonly kind: 'whole' }
  /** Send these bytes with 206; both ends are included. */
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  /** 416: nothing of what was asked exists. */
  | { readonly kind: 'unsatisfiable' }

const WHOLE: RangeAnswer = { kind: 'whole' }
const UNSATISFIABLE: RangeAnswer = { kind: 'unsatisfiable' }

const RANGE_SPEC = /^(?:(?<first>\d+)-(?<last>\d*)|-(?<suffix>\d+))$/

/**
 * What a `Range` field asks of a file of `size` bytes. Malformed fields and other units are ignored (14.2). So is a
 * list of several ranges, which that section allows: browsers ask for one range at a time, and a list of many small or
 * overlapping ones is a known way to make a server work (17.15). The whole file answers such a request correctly.
 */
export function chooseRange(field: string | undefined, size: number): RangeAnswer {
  const match = /^bytes=(.*)$/i.exec(field?.trim() ?? '')
  if (!match) return WHOLE
  const specs = (match[1] ?? '')
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  const spec = specs.length === 1 ? RANGE_SPEC.exec(specs[0] ?? '')?.groups : undefined
  if (!spec) return WHOLE
  if (spec['suffix'] !== undefined) return suffixRange(Number(spec['suffix']), size)
  const first = Number(spec['first'])
  const last = spec['last'] ? Number(spec['last']) : Infinity
  if (last < first) return WHOLE
  return first >= size ? UNSATISFIABLE : { kind: 'part', first, last: Math.min(last, size - 1) }
}

/** The last `length` bytes. */
function suffixRange(length: number, size: number): RangeAnswer {
  if (length === 0 || size === 0) return UNSATISFIABLE
  return { kind: 'part', first: Math.max(0, size - length), last: size - 1 }
}
