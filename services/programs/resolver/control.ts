import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { CONTROL_COMMANDS, parseName, writeCacheDump, type ResolverCache } from '../../protocols/dns/index.ts'
import { listenTcp, type Address } from '../kit/address.ts'
import type { Log } from '../kit/log.ts'
import type { Resolver } from './resolver.ts'

/** The control port, as unbound-control(8) has one: one command on a line, its answer, the end. */

const LINE_LIMIT = 1024
const IDLE_LIMIT_MS = 10_000

export interface Controlled {
  readonly cache: ResolverCache
  readonly resolver: Resolver
  readonly log: Log
}

/** Opens the control port. Throws `ProgramError` when it cannot listen. */
export async function listenControl(address: Address, controlled: Controlled): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, controlled)
  })
  await listenTcp(server, address)
  return () => close(server, sockets)
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of sockets) socket.destroy()
  await closed
}

function serve(socket: Socket, controlled: Controlled): void {
  let received = ''
  socket.setEncoding('latin1')
  socket.setTimeout(IDLE_LIMIT_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('data', (text: string) => {
    received += text
    const end = received.indexOf('\n')
    if (end !== -1) socket.end(`${run(received.slice(0, end).trim(), controlled)}\n`)
    else if (received.length > LINE_LIMIT) socket.destroy()
  })
}

function run(line: string, { cache, resolver, log }: Controlled): string {
  const [command = '', argument, ...rest] = line.split(/\s+/)
  if (command === 'dump_cache' && argument === undefined)
    return writeCacheDump(cache.list(), resolver.figures, resolver.recent)
  if (command === 'flush_all' && argument === undefined) return flushed(cache.flush(), 'everything', log)
  if (command === 'flush' && argument !== undefined && rest.length === 0) {
    try {
      return flushed(cache.flush(parseName(argument, '.')), argument, log)
    } catch (error) {
      return `error ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return `error unknown command; there are: ${CONTROL_COMMANDS}`
}

function flushed(count: number, what: string, log: Log): string {
  log.event({ what: 'cache flushed', outcome: `${what}: ${count} ${count === 1 ? 'entry' : 'entries'}` })
  return `ok ${count}`
}
