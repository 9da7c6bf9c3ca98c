import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** Application servers inside the test, which do what no real one would. */
export class FakeApplication {
  private readonly address: { readonly host: string; readonly port: number }
  private readonly servers: Server[] = []
  private readonly connections = new Set<Socket>()

  constructor(address: { readonly host: string; readonly port: number }) {
    this.address = address
  }

  /** One that speaks HTTP. */
  async serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
    await this.listen(createServer(handle))
  }

  /** One that speaks bytes; for answers that no HTTP library would give. The sockets are those accepted so far. */
  async serveBytes(serve: (socket: Socket) => void): Promise<readonly Socket[]> {
    const sockets: Socket[] = []
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      sockets.push(socket)
      serve(socket)
    })
    await this.listen(server)
    return sockets
  }

  async listen(server: Server): Promise<void> {
    this.servers.push(server)
    server.on('connection', (socket) => {
      this.connections.add(socket)
      socket.once('close', () => this.connections.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(this.address.port, this.address.host, resolve))
  }

  /** Ends all of them with their connections. */
  async stop(): Promise<void> {
    const closed = this.servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))
    this.connections.forEach((socket) => socket.destroy())
    await Promise.all(closed)
  }
}
