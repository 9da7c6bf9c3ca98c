/** Asking twice has the same effect as asking once (RFC 9110 section 9.2.2): only these may be sent again. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** Method names are case-sensitive: `get` is an unknown method, and unknown methods are not known to be idempotent. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}
