/** The trace id of a `traceparent` (W3C Trace Context section 3.2): 32 small hexadecimal digits, or null without a valid one. */
export function traceIdOf(traceparent: string | null): string | null {
  if (traceparent === null) return null
  // A later version may have more behind the flags (section 3.2.4); version 00 has not.
  const match = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/.exec(traceparent)
  const id = match?.[2]
  if (id === undefined || /^0+$/.test(id) || (match?.[1] === '00' && match[3] !== undefined)) return null
  return id
}

export const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
