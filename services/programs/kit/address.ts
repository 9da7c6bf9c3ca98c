import type { Server } from 'node:net'
import { EXIT, ProgramError } from './program.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads `127.10.0.21:8080`. Throws `ProgramError` naming the option. */
export function parseAddress(text: string, option: string): Address {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:]+):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match?.[1] || port > 65535)
    throw new ProgramError(`--${option} wants ADDRESS:PORT, such as 127.10.0.21:8080; it got "${text}".`, EXIT.usage)
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

/** Only loopback addresses: nothing of the lab is reachable from another machine (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function requireLoopback(address: Address, option: string): Address {
  if (!/^127\.\d+\.\d+\.\d+$/.test(address.host) && address.host !== '::1')
    throw new ProgramError(
      `--${option}: ${address.host} is not a loopback address (127.x.x.x). Hoplab listens nowhere else.`,
      EXIT.usage,
    )
  return address
}

/** A sentence for a listener that could not be opened. */
export function listenError(error: unknown, address: Address): ProgramError {
  const code = (error as NodeJS.ErrnoException).code
  const place = `port ${address.port} on ${address.host}`
  if (code === 'EADDRINUSE')
    return new ProgramError(`${place} is taken by another program. End it or choose another port.`, EXIT.unavailable)
  if (code === 'EACCES')
    return new ProgramError(
      `${place} may not be used without administrator rights. Choose a port above 1024.`,
      EXIT.unavailable,
    )
  if (code === 'EADDRNOTAVAIL')
    return new ProgramError(`this machine has no address ${address.host}.`, EXIT.unavailable)
  return new ProgramError(`could not listen on ${place}: ${String(error)}`, EXIT.unavailable)
}

/**
 * Listens, or throws a `ProgramError` with a sentence. Resolves with the real port (for port 0). `shared`: another process
 * that does the same may listen on the very same address, and new connections go to either (SO_REUSEPORT, socket(7)).
 */
export function listenTcp(server: Server, address: Address, shared = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(listenError(error, address))
    server.once('error', fail)
    server.listen({ host: address.host, port: address.port, backlog: 1024, reusePort: shared }, () => {
      server.off('error', fail)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : address.port)
    })
  })
}
