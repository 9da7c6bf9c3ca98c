import type { Socket } from 'node:net'
import { STREAM_WRAP, type StreamHandle, type StreamWrap, type WriteRequest } from './stream-wrap.ts'

/** Writes to a connected socket. Errors reach the socket's own `error` event. */
export interface SocketWriter {
  /**
   * Returns whether the system took all bytes at once. Otherwise they must stay as they are until `drained` is called.
   */
  write(bytes: Buffer): boolean
}

const NOTHING = Buffer.alloc(0)

/** `drained` is called when nothing waits to be written any more, after a write that had to wait. */
export function createWriter(socket: Socket, drained: () => void): SocketWriter {
  const { _handle: handle } = socket as unknown as { readonly _handle?: Partial<StreamHandle> | null }
  return STREAM_WRAP !== null && isStreamHandle(handle)
    ? new HandleWriter(STREAM_WRAP, socket, handle, drained)
    : new StreamWriter(socket, drained)
}

function isStreamHandle(handle: Partial<StreamHandle> | null | undefined): handle is StreamHandle {
  return typeof handle?.writeBuffer === 'function'
}

/**
 * Below the stream: one message through `Writable` costs an object that the garbage collector has to be told of, and
 * seven calls (0.3 µs, a tenth of what a message costs outside the kernel).
 */
class HandleWriter implements SocketWriter {
  private readonly wrap: StreamWrap
  private readonly socket: Socket
  private readonly handle: StreamHandle
  private readonly drained: () => void
  /** For the next write: most leave it unused. */
  private request: WriteRequest
  private underWay = 0

  constructor(wrap: StreamWrap, socket: Socket, handle: StreamHandle, drained: () => void) {
    this.wrap = wrap
    this.socket = socket
    this.handle = handle
    this.drained = drained
    this.request = new wrap.WriteWrap()
  }

  write(bytes: Buffer): boolean {
    if (this.socket.destroyed) return true
    const error = this.handle.writeBuffer(this.request, bytes)
    if (error !== 0) {
      this.fail(error)
      return true
    }
    if (this.wrap.streamBaseState[this.wrap.kLastWriteWasAsync] === 0) return true
    this.request.bytes = bytes
    this.request.oncomplete = (status) => this.completed(status)
    this.request = new this.wrap.WriteWrap()
    this.underWay += 1
    return false
  }

  private completed(status: number): void {
    this.underWay -= 1
    if (status < 0) this.fail(status)
    else if (this.underWay === 0 && !this.socket.destroyed) this.drained()
  }

  private fail(error: number): void {
    this.socket.destroy(new Error(`bytes could not be written (system error ${error})`))
  }
}

class StreamWriter implements SocketWriter {
  private readonly socket: Socket
  private readonly drained: () => void
  private waiting = false

  constructor(socket: Socket, drained: () => void) {
    this.socket = socket
    this.drained = drained
  }

  write(bytes: Buffer): boolean {
    const { socket } = this
    if (socket.destroyed) return true
    socket.write(bytes)
    // Nearly always the system took all at once; only otherwise a callback is worth its price.
    if (socket.writableLength === 0) return true
    if (!this.waiting) this.wait()
    return false
  }

  private wait(): void {
    this.waiting = true
    this.socket.write(NOTHING, () => {
      this.waiting = false
      if (this.socket.destroyed) return
      if (this.socket.writableLength > 0) this.wait()
      else this.drained()
    })
  }
}
