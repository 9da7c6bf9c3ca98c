import type { HeaderField } from '../http1/fields.ts'

/**
 * The services that an answer came through, nearest to the client first, as one word for each, separated by blanks: the
 * proxies of `Via` (RFC 9110 section 7.6.3, in the order in which the answer passed them), then the server that made
 * the answer, then the database it asked. '' when the answer names none.
 */
export function chainOf(fields: readonly HeaderField[]): string {
  const proxies: string[] = []
  let [origin, database] = ['', '']
  for (const { name, value } of fields) {
    if (name === 'via') for (const entry of value.split(',')) proxies.push(entry.trim().split(/[ \t]+/)[1] ?? '')
    else if (name === 'x-served-by') origin = value
    else if (name === 'x-database') database = value
  }
  const all = [...proxies.reverse(), origin, database].filter((service) => service !== '')
  return [...new Set(all)].join(' ')
}

/** The release that the answer names, or `-`. */
export function releaseOf(fields: readonly HeaderField[]): string {
  for (const { name, value } of fields) if (name === 'x-release' && value !== '') return value
  return '-'
}
