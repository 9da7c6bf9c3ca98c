/** Dates of HTTP, in whole seconds (RFC 9110 section 5.6.7). */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<hours>\\d\\d):(?<minutes>\\d\\d):(?<seconds>\\d\\d)'

/** The form that is written, and the two old ones that a server must still read. */
const FORMS = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
]

/** `Sun, 06 Nov 1994 08:49:37 GMT`; milliseconds are cut off. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

/** Milliseconds since 1970, or null for what is no date of HTTP. `nowMs` decides the century of a two-digit year. */
export function parseHttpDate(text: string, nowMs: number = Date.now()): number | null {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts) return toMs(parts, nowMs)
  }
  return null
}

function toMs(parts: Readonly<Record<string, string | undefined>>, nowMs: number): number | null {
  const [day, hours, minutes, seconds] = [parts['day'], parts['hours'], parts['minutes'], parts['seconds']].map(Number)
  if (day === undefined || hours === undefined || minutes === undefined || seconds === undefined) return null
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  const month = MONTHS.indexOf(parts['month'] ?? '')
  const year = fullYear(parts['year'] ?? '', nowMs)
  const ms = Date.UTC(year, month, day, hours, minutes, seconds)
  // 31 February would silently become 3 March.
  return new Date(Date.UTC(year, month, day)).getUTCDate() === day ? ms : null
}

/** A two-digit year that seems more than 50 years in the future means the past century. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(digits)
  return year > thisYear + 50 ? year - 100 : year
}
