import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { listenTcp, type Address } from '../kit/address.ts'
import type { Log } from '../kit/log.ts'
import { logQuery } from './query-log.ts'
import { TcpFrames } from './tcp-frames.ts'
import type { Listener } from './udp-listener.ts'
import type { ZoneStore } from './zone-store.ts'

/** How long a connection may say nothing (RFC 7766 section 6.2.3 asks for seconds, so that idle peers cost little). */
const IDLE_MS = 10_000
/** More connections than a classroom makes, fewer than files that a process may open. */
const MAX_CONNECTIONS = 512
/** How long a peer may take, once the server stops, to send the rest of a query and take its answer. */
const STOP_GRACE_MS = 2000

/** Answers queries by TCP (RFC 7766): any number on a connection, without waiting for answers in between. */
export async function listenDnsTcp(
  address: Address,
  zones: ZoneStore,
  log: Log,
): Promise<Listener & { readonly port: number }> {
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new Connection(socket, zones, log)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })
  server.maxConnections = MAX_CONNECTIONS
  const port = await listenTcp(server, address)
  server.on('error', (error) => log.event({ what: 'tcp', outcome: String(error), level: 'error' }))
  return { port, stop: () => stop(server, connections) }
}

async function stop(server: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  connections.forEach((connection) => connection.finish())
  const grace = setTimeout(() => connections.forEach((connection) => connection.destroy()), STOP_GRACE_MS)
  await closed
  clearTimeout(grace)
}

class Connection {
  private readonly frames = new TcpFrames()
  private readonly socket: Socket
  private readonly zones: ZoneStore
  private readonly log: Log
  private readonly peer: string
  private finishing = false

  constructor(socket: Socket, zones: ZoneStore, log: Log) {
    this.socket = socket
    this.zones = zones
    this.log = log
    this.peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    // A peer that resets its connection is no news.
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('drain', () => socket.resume())
    socket.on('end', () => socket.end())
  }

  /** Ends when the query that has come in part is answered; at once when there is none. */
  finish(): void {
    this.finishing = true
    if (this.frames.isEmpty) this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    if (this.socket.writableEnded) return
    const answers: Buffer[] = []
    for (const query of this.frames.push(chunk)) {
      const answer = this.answer(query)
      // What is no query by TCP comes from no DNS client (RFC 7766 section 8 leaves nothing to resynchronise by).
      if (answer === null) return void this.socket.destroy()
      answers.push(...answer)
    }
    // Written as one, so that length and message travel in one segment (RFC 7766 section 8).
    if (answers.length > 0 && !this.socket.write(Buffer.concat(answers))) this.socket.pause()
    if (this.finishing && this.frames.isEmpty) this.socket.end()
  }

  private answer(query: Buffer): readonly Buffer[] | null {
    const reply = this.zones.responder.respond(query, 'tcp')
    if (reply === null) return null
    logQuery(this.log, query, this.peer, reply, 'tcp')
    const length = Buffer.allocUnsafe(2)
    length.writeUInt16BE(reply.bytes.length)
    return [length, reply.bytes]
  }
}
