import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { listenTcp, type Address } from '../address.ts'
import type { Log } from '../log.ts'
import type { QueryAnswerer } from './answerer.ts'
import { TcpFrames } from './tcp-frames.ts'
import type { Listener } from './udp-listener.ts'

/** How long a connection may say nothing (RFC 7766 section 6.2.3 asks for seconds, so that idle peers cost little). */
const IDLE_MS = 10_000
/** More connections than a classroom makes, fewer than files that a process may open. */
const MAX_CONNECTIONS = 512
/** How long a peer may take, once the server stops, to send the rest of a query and take its answer. */
const STOP_GRACE_MS = 2000

/** Answers queries by TCP (RFC 7766): any number on a connection, without waiting for answers in between. */
export async function listenDnsTcp(
  address: Address,
  answerer: QueryAnswerer,
  log: Log,
): Promise<Listener & { readonly port: number }> {
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = new Connection(socket, answerer)
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
  private readonly answerer: QueryAnswerer
  private readonly peer: string
  /** Answers that are collected while the queries of one piece are read. */
  private batch: Buffer[] | null = null
  /** Queries that wait for their answer. */
  private open = 0
  private finishing = false
  private ended = false

  constructor(socket: Socket, answerer: QueryAnswerer) {
    this.socket = socket
    this.answerer = answerer
    this.peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`
    socket.setTimeout(IDLE_MS, () => {
      if (this.open === 0) socket.destroy()
    })
    // A peer that resets its connection is no news.
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('drain', () => socket.resume())
    socket.on('end', () => {
      this.ended = true
      this.endWhenDone()
    })
  }

  /** Ends when the queries that have come, one in part perhaps, are answered; at once when there are none. */
  finish(): void {
    this.finishing = true
    this.endWhenDone()
  }

  destroy(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    if (this.socket.writableEnded) return
    this.batch = []
    for (const bytes of this.frames.push(chunk)) {
      // What is no query by TCP comes from no DNS client (RFC 7766 section 8 leaves nothing to resynchronise by).
      if (!this.answer(bytes)) return void this.socket.destroy()
    }
    const batch = this.batch
    this.batch = null
    this.write(batch)
    this.endWhenDone()
  }

  private answer(bytes: Buffer): boolean {
    this.open += 1
    return this.answerer.answer({ bytes, peer: this.peer, transport: 'tcp' }, (reply) => {
      this.open -= 1
      const length = Buffer.allocUnsafe(2)
      length.writeUInt16BE(reply.length)
      if (this.batch !== null) return void this.batch.push(length, reply)
      this.write([length, reply])
      this.endWhenDone()
    })
  }

  /** Written as one, so that length and message travel in one segment (RFC 7766 section 8). */
  private write(pieces: readonly Buffer[]): void {
    if (pieces.length === 0 || this.socket.writableEnded || this.socket.destroyed) return
    if (!this.socket.write(Buffer.concat(pieces))) this.socket.pause()
  }

  private endWhenDone(): void {
    if (this.open > 0) return
    // A query that the peer left in the middle will never be whole.
    if (this.ended || (this.finishing && this.frames.isEmpty)) this.socket.end()
  }
}
