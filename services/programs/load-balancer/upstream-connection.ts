import { connect, type Socket } from 'node:net'
import type { BackendServer } from './backend-server.ts'
import type { Deadlines, Expiring } from './deadlines.ts'

/** What uses a connection to a server: an exchange, or the tunnel that it became. */
export interface UpstreamUser {
  upstreamConnected(): void
  /** `bytes[0, end)` came. The buffer is valid during the call only, unless `keepBuffer` is called. */
  upstreamData(bytes: Buffer, end: number): void
  /** The server sent its last byte. */
  upstreamEnded(): void
  upstreamFailed(reason: string): void
  upstreamExpired(connecting: boolean): void
}

/**
 * Reads go into one buffer per connection, over and over: a new one per chunk would be most of the garbage of a large
 * answer. A buffer that a slow client's socket still sends from is left to it and replaced (`keepBuffer`).
 */
const READ_BUFFER_BYTES = 64 * 1024

/** A connection to a server, bound to the balancer's own address (`source`), used by one exchange after the other. */
export class UpstreamConnection implements Expiring {
  readonly server: BackendServer
  readonly socket: Socket
  /** Whether an exchange was complete on it before: it may have been closed by the server in the meantime. */
  reused = false
  connected = false
  deadlineAt: number
  private user: UpstreamUser | null
  private readonly deadlines: Deadlines
  private readonly startedAt = performance.now()
  private buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
  private closed = false

  constructor(server: BackendServer, user: UpstreamUser, deadlines: Deadlines) {
    this.server = server
    this.user = user
    this.deadlines = deadlines
    this.deadlineAt = deadlines.after(server.timeouts.connectMs)
    deadlines.add(this)
    const { address, port, source } = server.config
    this.socket = connect({
      host: address,
      port,
      ...(source === null ? {} : { localAddress: source }),
      allowHalfOpen: true,
      noDelay: true,
      onread: { buffer: () => this.buffer, callback: (length, bytes) => this.read(length, bytes as Buffer) },
    })
    this.socket.on('connect', () => this.opened())
    this.socket.on('end', () => this.ended())
    this.socket.on('error', (error) => this.failed(describeSocketError(error)))
    this.socket.on('close', () => this.failed('connection closed'))
  }

  private opened(): void {
    this.connected = true
    this.server.counters.connectTime.add(performance.now() - this.startedAt)
    this.touch()
    this.user?.upstreamConnected()
  }

  /** The server was active: its time-out starts again. */
  touch(): void {
    if (this.connected) this.deadlineAt = this.deadlines.after(this.server.timeouts.serverMs)
  }

  /** As `touch`, with another time-out (tunnels). */
  extend(ms: number | null): void {
    this.deadlineAt = this.deadlines.after(ms)
  }

  private read(length: number, bytes: Buffer): boolean {
    if (this.user === null) {
      // Nobody asked: whatever it is, it must not be taken for the next answer.
      this.destroy()
      return false
    }
    this.touch()
    this.user.upstreamData(bytes, length)
    return true
  }

  /** Leaves the bytes of this read to whoever still needs them; the next read gets a new buffer. */
  keepBuffer(): void {
    this.buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)
  }

  private ended(): void {
    if (this.user === null) this.destroy()
    else this.user.upstreamEnded()
  }

  private failed(reason: string): void {
    if (this.closed) return
    const user = this.user
    this.destroy()
    user?.upstreamFailed(reason)
  }

  expire(): void {
    const user = this.user
    const connecting = !this.connected
    if (user === null) this.destroy()
    else user.upstreamExpired(connecting)
  }

  /** Hands the connection to the next exchange. */
  reuse(user: UpstreamUser): void {
    this.user = user
    this.reused = true
    this.touch()
  }

  /** Hands the connection over while an exchange is on it (upgrade). */
  passTo(user: UpstreamUser): void {
    this.user = user
  }

  /** Nobody uses it until `reuse`. */
  rest(deadlineAt: number): void {
    this.user = null
    this.deadlineAt = deadlineAt
    this.socket.resume()
  }

  /** Ends it at once; its user hears no more of it. */
  destroy(): void {
    if (this.closed) return
    this.closed = true
    this.user = null
    this.deadlines.remove(this)
    this.server.forgetIdle(this)
    this.socket.destroy()
  }
}

export const REFUSED = 'connection refused'

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: REFUSED,
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'the source address is not available',
  EADDRINUSE: 'no source port is free',
}

/** A socket's error in the words of the log. */
export function describeSocketError(error: NodeJS.ErrnoException): string {
  return SENTENCES[error.code ?? ''] ?? error.code ?? error.message
}
