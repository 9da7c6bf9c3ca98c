import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/**
 * The first line each way over a control socket. The token is what a client must have read from the owner-only
 * discovery file; it counts where the system cannot guard a socket by file permissions (a named pipe on Windows).
 */
export const HELLO = z.strictObject({ token: z.string().max(128) })
export const WELCOME = z.object({ welcome: z.boolean() })

/** Compares in constant time, whatever the lengths. */
export function sameToken(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
