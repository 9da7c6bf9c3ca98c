import type { IncomingHttpHeaders } from 'node:http'

/**
 * The services that an answer came through, nearest to the client first: proxies from `Via` (RFC 9110 section 7.6.3,
 * in the order in which the answer passed them), then the server that made the answer, then the database it asked.
 */
export function servicesOf(headers: IncomingHttpHeaders): readonly string[] {
  const proxies = (headers.via ?? '').split(',').flatMap((entry) => entry.trim().split(/\s+/)[1] ?? [])
  const origin = one(headers['x-served-by'])
  const database = one(headers['x-database'])
  const all = [...proxies.reverse(), ...origin, ...database]
  return all.filter((service, index) => all.indexOf(service) === index)
}

export function releaseOf(headers: IncomingHttpHeaders): string | null {
  return one(headers['x-release'])[0] ?? null
}

function one(header: string | string[] | undefined): readonly string[] {
  const value = Array.isArray(header) ? header[0] : header
  return value === undefined || value === '' ? [] : [value]
}
