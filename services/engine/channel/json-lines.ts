import type { Socket } from 'node:net'
import type { ClientChannel } from './client-channel.ts'

export interface JsonLinesLimits {
  /** A line from the other side that is longer ends the connection. */
  readonly maxLineChars: number
  /** Bytes that may wait for a reader who does not read; beyond it the connection ends. */
  readonly maxUnsentBytes: number
}

/**
 * A socket as a channel: one JSON value a line. A line that is too long or no JSON ends the connection, since nothing
 * after it can be trusted. Messages that come before there is a listener wait for it.
 */
export class JsonLines implements ClientChannel {
  readonly #socket: Socket
  readonly #limits: JsonLinesLimits
  #rest = ''
  #waiting: unknown[] = []
  #listener: ((data: unknown) => void) | null = null

  constructor(socket: Socket, limits: JsonLinesLimits) {
    this.#socket = socket
    this.#limits = limits
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#take(text))
    // What went wrong shows as a closed connection; there is nobody else to tell.
    socket.on('error', () => socket.destroy())
  }

  post(data: unknown): void {
    if (!this.#socket.writable) return
    this.#socket.write(`${JSON.stringify(data)}\n`)
    if (this.#socket.writableLength > this.#limits.maxUnsentBytes) this.#socket.destroy()
  }

  on(listener: (data: unknown) => void): void {
    this.#listener = listener
    for (const message of this.#waiting.splice(0)) listener(message)
  }

  onClose(listener: () => void): void {
    if (this.#socket.closed) queueMicrotask(listener)
    else this.#socket.once('close', listener)
  }

  /** Sends what is written already, then closes. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    const lines = text.split('\n')
    lines[0] = this.#rest + (lines[0] ?? '')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = line.length > this.#limits.maxLineChars ? NO_JSON : parse(line)
      if (message === NO_JSON) return void this.#socket.destroy()
      this.#deliver(message)
      if (this.#socket.destroyed) return
    }
    if (this.#rest.length > this.#limits.maxLineChars) this.#socket.destroy()
  }

  #deliver(message: unknown): void {
    if (this.#listener) this.#listener(message)
    else this.#waiting.push(message)
  }
}

const NO_JSON = Symbol('no JSON')

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return NO_JSON
  }
}
