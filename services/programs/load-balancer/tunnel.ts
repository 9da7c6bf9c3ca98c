import type { Socket } from 'node:net'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'

/** What the client's side of a tunnel can do. */
export interface TunnelClient {
  readonly socket: Socket
  /** Something went through: the idle time-out starts again. */
  touchTunnel(): void
  pauseReading(): void
  resumeReading(): void
}

/** Two connections joined after an upgrade (101): bytes go both ways, each side may end its own direction first. */
export class Tunnel implements UpstreamUser {
  private readonly client: TunnelClient
  private readonly upstream: UpstreamConnection
  private readonly timeoutMs: number | null
  private readonly onClose: (bytesIn: number, bytesOut: number) => void
  private bytesIn = 0
  private bytesOut = 0
  private clientEnded = false
  private upstreamDone = false
  private closed = false

  /** `timeoutMs`: how long both sides may be silent; null: for ever. */
  constructor(
    client: TunnelClient,
    upstream: UpstreamConnection,
    timeoutMs: number | null,
    onClose: (bytesIn: number, bytesOut: number) => void,
  ) {
    this.client = client
    this.upstream = upstream
    this.timeoutMs = timeoutMs
    this.onClose = onClose
    upstream.passTo(this)
    this.touch()
  }

  private touch(): void {
    this.upstream.extend(this.timeoutMs)
    this.client.touchTunnel()
  }

  clientData(bytes: Buffer): void {
    if (this.closed) return
    this.touch()
    this.bytesIn += bytes.length
    const { socket } = this.upstream
    if (socket.write(bytes) || socket.writableLength === 0) return
    this.client.pauseReading()
    socket.once('drain', () => this.client.resumeReading())
  }

  clientEnd(): void {
    this.clientEnded = true
    if (this.upstreamDone) this.close()
    else this.upstream.socket.end()
  }

  /** The client is gone, or was silent for too long. */
  clientGone(): void {
    this.close()
  }

  upstreamConnected(): void {
    // It was connected before it became a tunnel.
  }

  upstreamData(bytes: Buffer, end: number): void {
    this.touch()
    this.bytesOut += end
    const { socket } = this.client
    const flowing = socket.write(bytes.subarray(0, end))
    if (socket.writableLength === 0) return
    this.upstream.keepBuffer()
    if (flowing) return
    this.upstream.socket.pause()
    socket.once('drain', () => this.upstream.socket.resume())
  }

  upstreamEnded(): void {
    this.upstreamDone = true
    if (this.clientEnded) this.close()
    else this.client.socket.end()
  }

  upstreamFailed(): void {
    this.close()
  }

  upstreamExpired(): void {
    this.close()
  }

  private close(): void {
    if (this.closed) return
    this.closed = true
    this.upstream.destroy()
    // What the client's socket still holds is sent before it closes.
    this.client.socket.destroySoon()
    this.onClose(this.bytesIn, this.bytesOut)
  }
}
