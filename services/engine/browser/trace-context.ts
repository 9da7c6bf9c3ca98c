import { randomBytes } from 'node:crypto'

/** W3C Trace Context level 1, section 3.2: version 00, sampled. */

export interface TraceContext {
  readonly traceId: string
  /** A header for one request of this trace: the same trace id, a parent id of its own. */
  header(): string
}

export function startTrace(): TraceContext {
  const traceId = randomId(16)
  return { traceId, header: () => `00-${traceId}-${randomId(8)}-01` }
}

/** All zeros are forbidden by the standard; the chance is nil, the check is cheap. */
function randomId(bytes: number): string {
  const id = randomBytes(bytes)
  if (id.every((byte) => byte === 0)) id[0] = 1
  return id.toString('hex')
}
