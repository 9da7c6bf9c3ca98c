import { connect, createServer, Socket, type Server, type SocketConstructorOpts } from 'node:net'

/**
 * The places where this program goes below Node's documented network interface, each with the documented way to fall
 * back on. They are why it keeps up with proxies written in C (measured by the `nic` benchmark).
 */

/** What Node's TCP handle has, as far as it is used here. */
interface TcpHandle {
  onconnection?: (status: number, handle: TcpHandle | undefined) => void
  readonly setNoDelay?: (on: boolean) => number
  readonly useUserBuffer?: (buffer: Uint8Array) => void
  readonly getpeername?: (name: Partial<Peer>) => number
}

/** Where a connection comes from. */
export interface Peer {
  /** '' when that side has left already. */
  readonly address: string
  readonly port: number
}

/** How bytes arrive: `callback` gets the first `count` bytes of its buffer, and returns false to stop reading until `resume`. */
export interface Reader {
  readonly buffer: Buffer
  readonly callback: (count: number, buffer: Buffer) => boolean
}

/** Makes the socket of an accepted connection; nothing is read before its `resume`. */
export type OpenAccepted = (reader: Reader) => Socket

export interface AcceptListener {
  /** `peer` tells where it comes from. */
  accepted(open: OpenAccepted, peer: () => Peer): void
  /** Too many open files, mostly. */
  failed(error: Error): void
}

/** A server that does not listen yet. Half-open connections stay half-open. */
export function createTcpServer(listener: AcceptListener): Server {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true }
  const server = createServer(options, (socket) => {
    listener.accepted(
      (reader) => readByEvents(socket, reader),
      () => ({ address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }),
    )
  })
  server.once('listening', () => takeOver(server, listener))
  return server
}

/**
 * Node's own sockets of accepted connections allocate a buffer for every read. Here the socket is made from the
 * accepted handle, by the constructor that documents `onread`.
 */
function takeOver(server: Server, listener: AcceptListener): void {
  const { _handle: handle } = server as unknown as { readonly _handle?: TcpHandle }
  if (typeof handle?.onconnection !== 'function') return
  const nodesOwn = handle.onconnection
  handle.onconnection = function onConnection(status, client) {
    if (status !== 0 || client === undefined)
      listener.failed(new Error(`a connection could not be accepted (system error ${status})`))
    else if (typeof client.useUserBuffer !== 'function') nodesOwn.call(handle, status, client)
    else
      listener.accepted(
        (reader) => readIntoBuffer(client, reader),
        () => peerOf(client),
      )
  }
}

function peerOf(handle: TcpHandle): Peer {
  const name: Partial<Peer> = {}
  handle.getpeername?.(name)
  return { address: name.address ?? '', port: name.port ?? 0 }
}

function readIntoBuffer(handle: TcpHandle, { buffer, callback }: Reader): Socket {
  handle.setNoDelay?.(true)
  const options = { handle, manualStart: true, allowHalfOpen: true, onread: { buffer, callback } }
  return new Socket(options as unknown as SocketConstructorOpts)
}

function readByEvents(socket: Socket, { callback }: Reader): Socket {
  socket.on('data', (chunk: Buffer) => {
    if (!callback(chunk.length, chunk)) socket.pause()
  })
  // A listener for `data` alone does not end the pause that the server began.
  return socket
}

export interface ConnectTarget {
  readonly address: string
  readonly port: number
  /** Where it comes from; left out where the system chooses the same by itself. */
  readonly localAddress?: string
  readonly localPort?: number
}

/** A connection under way that reads as `reader` says, from `resume` on. */
export function connectTcp({ address, port, ...local }: ConnectTarget, { buffer, callback }: Reader): Socket {
  return connect({
    host: address,
    port,
    ...local,
    allowHalfOpen: true,
    noDelay: true,
    autoSelectFamily: false,
    onread: { buffer, callback },
  })
}

/**
 * Sends a reset (RST) at once. `resetAndDestroy` would send the end of the stream (FIN) before it, which tells the other
 * side that everything went well.
 */
export function resetSocket(socket: Socket | undefined): void {
  if (socket === undefined || socket.destroyed) return
  if (socket.writableEnded && !socket.writableFinished) {
    // The system is sending the FIN and can't be interrupted; the next turn of the event loop will do.
    socket.once('finish', () => resetSocket(socket))
    return
  }
  // What `resetAndDestroy` itself sets for its last step.
  Object.assign(socket, { resetAndClosing: true })
  socket.destroy()
}
