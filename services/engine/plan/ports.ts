import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { LabError } from '../../contract/index.ts'

export type Transport = 'tcp' | 'udp'

/** How far to look for another port. */
const TRIES = 100
const LARGEST_PORT = 65_535

/** Whether a port can be listened on now, for all the transports. Throws `ADDRESS_UNUSABLE` when the address itself can't. */
export async function isPortFree(address: string, port: number, transports: readonly Transport[]): Promise<boolean> {
  for (const transport of transports) {
    const code = transport === 'tcp' ? await tryTcp(address, port) : await tryUdp(address, port)
    if (code === null) continue
    if (code === 'EADDRNOTAVAIL') throw new LabError('ADDRESS_UNUSABLE', { address, detail: 'it has no such address' })
    // Taken (EADDRINUSE), or reserved by the system (EACCES, as Windows says for excluded ranges).
    return false
  }
  return true
}

/** Whether a port is free on all the addresses. Throws `ADDRESS_UNUSABLE`. */
export async function arePortsFree(
  addresses: readonly string[],
  port: number,
  transports: readonly Transport[],
): Promise<boolean> {
  for (const address of addresses) if (!(await isPortFree(address, port, transports))) return false
  return true
}

/** The first free port after `port`. Throws `PORT_NONE_FREE`. */
export async function nextFreePort(
  service: string,
  addresses: readonly string[],
  port: number,
  transports: readonly Transport[],
): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + TRIES, LARGEST_PORT); next += 1) {
    if (await arePortsFree(addresses, next, transports)) return next
  }
  throw new LabError('PORT_NONE_FREE', { service, address: addresses.join(', '), port })
}

function tryTcp(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'UNKNOWN'))
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

function tryUdp(address: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close()
      resolve(error.code ?? 'UNKNOWN')
    })
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(null)))
  })
}
