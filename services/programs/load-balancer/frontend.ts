import { createServer, type Server, type Socket } from 'node:net'
import type { Endpoint, Frontend as FrontendConfig } from '../../protocols/haproxy-cfg/model.ts'
import { listenTcp } from '../kit/address.ts'
import type { Log } from '../kit/log.ts'
import type { Backend } from './backend.ts'
import { ClientConnection } from './client-connection.ts'
import { Counters } from './counters.ts'
import type { Deadlines } from './deadlines.ts'
import type { Exchange } from './exchange.ts'
import { logExchange } from './request-log.ts'

/** What clients connect to. */
export class Frontend {
  readonly config: FrontendConfig
  readonly id: number
  readonly backend: Backend
  readonly counters = new Counters()
  readonly forwardFor: boolean
  /** `127.10.0.10:8080`: the Host of requests that have none. */
  readonly authority: string
  readonly maxconn: number
  stopping = false
  private readonly log: Log
  private readonly deadlines: Deadlines
  private readonly servers: Server[] = []
  private readonly connections = new Set<ClientConnection>()
  /** Accepted, but not read from until others leave (`maxconn`). */
  private readonly waiting: Socket[] = []
  private whenEmpty: (() => void) | null = null

  constructor(
    config: FrontendConfig,
    parts: {
      readonly id: number
      readonly backend: Backend
      readonly maxconn: number
      readonly log: Log
      readonly deadlines: Deadlines
    },
  ) {
    this.config = config
    this.id = parts.id
    this.backend = parts.backend
    this.maxconn = parts.maxconn
    this.log = parts.log
    this.deadlines = parts.deadlines
    this.forwardFor = config.forwardFor || parts.backend.config.forwardFor
    this.authority = config.binds.map(formatEndpoint)[0] ?? ''
  }

  async listen(): Promise<void> {
    for (const bind of this.config.binds) {
      const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) =>
        this.accept(socket),
      )
      this.servers.push(server)
      await listenTcp(server, { host: bind.address, port: bind.port })
    }
  }

  private accept(socket: Socket): void {
    if (this.stopping) return void socket.destroy()
    if (this.connections.size < this.maxconn) return this.serve(socket)
    this.waiting.push(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      const index = this.waiting.indexOf(socket)
      if (index !== -1) this.waiting.splice(index, 1)
    })
  }

  private serve(socket: Socket): void {
    this.counters.openSession(this.deadlines.now)
    this.connections.add(new ClientConnection(socket, this, this.deadlines))
    socket.resume()
  }

  forget(connection: ClientConnection): void {
    if (!this.connections.delete(connection)) return
    this.counters.closeSession()
    const next = this.waiting.shift()
    if (next !== undefined && !this.stopping) this.serve(next)
    if (this.connections.size === 0) this.whenEmpty?.()
  }

  countRequest(): void {
    this.counters.requests += 1
  }

  /** A response of the balancer's own. */
  countAnswer(status: number, bytes: number): void {
    this.counters.countResponse(status)
    this.counters.bytesOut += bytes
    if (status < 500) this.counters.requestErrors += 1
  }

  /** `status` is that of the balancer's own answer; null when the server's was passed on. */
  exchangeEnded(exchange: Exchange, peer: string, status: number | null): void {
    this.counters.bytesIn += exchange.bytesIn
    this.counters.bytesOut += exchange.relay.bytesOut
    const passedOn = exchange.relay.head?.status
    if (status === null && passedOn !== undefined) this.counters.countResponse(passedOn)
    this.backend.counters.requests += 1
    this.backend.counters.countResponse(status ?? passedOn ?? 0)
    for (const { server, atMs } of exchange.refusals) this.log.refused(server.config.address, server.config.port, atMs)
    if (this.log.writesRequests) logExchange(this.log, exchange, peer, status)
    else this.log.countRequest()
  }

  logRefusal(peer: string, status: number, sentence: string): void {
    this.log.request({
      what: 'bad request',
      peer,
      outcome: `${status} from ${this.config.name}: ${sentence}`,
      level: 'warning',
    })
  }

  /** Stops accepting; resolves when every response in flight is out. */
  stop(): Promise<void> {
    this.stopping = true
    for (const server of this.servers) server.close()
    for (const socket of this.waiting.splice(0)) socket.destroy()
    const empty = new Promise<void>((resolve) => {
      this.whenEmpty = resolve
      if (this.connections.size === 0) resolve()
    })
    for (const connection of this.connections) connection.stop()
    return empty
  }
}

export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}
