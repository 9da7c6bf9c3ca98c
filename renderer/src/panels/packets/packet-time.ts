/** Times of packets: whole nanoseconds come from the NIC, microseconds can be compared by eye. */

const NS_PER_S = 1e9
const NS_PER_MS = 1e6
const NS_PER_US = 1e3
const SPACE = '\u00a0'

/** Seconds since the recording began, to the microsecond. */
export function formatSince(timeNs: number, language: string): string {
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: 6,
    maximumFractionDigits: 6,
    useGrouping: false,
  })
  return format.format(timeNs / NS_PER_S)
}

/** A stretch of time with the unit that reads best: 12 µs, 3.4 ms, 1.25 s. */
export function formatSpan(ns: number, language: string): string {
  const size = Math.abs(ns)
  const [value, unit] =
    size < NS_PER_MS ? [ns / NS_PER_US, 'µs'] : size < NS_PER_S ? [ns / NS_PER_MS, 'ms'] : [ns / NS_PER_S, 's']
  const digits = unit === 'µs' ? 0 : Math.abs(value) < 10 ? 2 : 1
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)}${SPACE}${unit}`
}
