import { connect, type Socket } from 'node:net'
import { createBodyScanner, type BodyScanner } from '../../protocols/http1/body.ts'
import { responseFraming } from '../../protocols/http1/framing.ts'
import { findHeadEnd, keepsAlive, parseResponseHead, type ResponseHead } from '../../protocols/http1/head.ts'
import type { TrafficFailure } from '../../protocols/traffic/outcomes.ts'
import { chainOf, releaseOf } from '../../protocols/traffic/origin.ts'
import type { Address } from '../kit/address.ts'
import type { Answer } from './flight.ts'

/** How the one request on a connection ended. */
export type Ending =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly failure: TrafficFailure }
  /** A kept connection was closed before a byte of the answer came: may be sent again (RFC 9110 section 9.2.2). */
  | { readonly kind: 'closedEarly' }

/** All connections read into it, one after the other: what must stay is copied. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Failures before the connection stood. What is missing here is a `reset`. */
const CONNECT_FAILURES: Readonly<Record<string, TrafficFailure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ETIMEDOUT: 'timedOut',
  EADDRNOTAVAIL: 'unsent',
  EADDRINUSE: 'unsent',
  EMFILE: 'unsent',
  ENFILE: 'unsent',
  ENOBUFS: 'unsent',
}

/** An HTTP/1.1 connection that carries one request at a time. */
export class Connection {
  private readonly socket: Socket
  private readonly onIdle: (connection: Connection) => void
  private readonly onGone: (connection: Connection) => void
  private onEnding: ((ending: Ending) => void) | null = null
  private isConnected = false
  private isEnded = false
  private errorCode = ''
  private answersBefore = 0
  private anyByte = false
  /** Bytes of a head that is not complete yet. */
  private headBytes: Buffer | null = null
  private head: ResponseHead | null = null
  private scanner: BodyScanner | null = null

  /** `onIdle`: it can carry another request; `onGone`: it cannot, ever. */
  constructor(
    to: Address,
    source: string | null,
    onIdle: (connection: Connection) => void,
    onGone: (connection: Connection) => void,
  ) {
    this.onIdle = onIdle
    this.onGone = onGone
    this.socket = connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      ...(source === null ? {} : { localAddress: source }),
      onread: {
        buffer: READ_BUFFER,
        callback: (count, bytes) => {
          this.read(Buffer.from(bytes.buffer, bytes.byteOffset, count))
          return true
        },
      },
    })
    this.socket.once('connect', () => (this.isConnected = true))
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.errorCode = error.code ?? ''))
    this.socket.once('end', () => this.end())
    this.socket.once('close', () => this.closed())
  }

  /** Sends a request; `onEnding` is called once, unless the connection is abandoned. */
  send(request: Buffer, onEnding: (ending: Ending) => void): void {
    this.onEnding = onEnding
    this.anyByte = false
    this.socket.write(request)
  }

  /** Breaks it off; nobody is told how the request ended. */
  abandon(): void {
    this.onEnding = null
    this.socket.destroy()
  }

  private read(bytes: Buffer): void {
    // Nobody asked for it: this connection is out of step.
    if (this.onEnding === null) return this.abandon()
    this.anyByte = true
    try {
      const rest = this.head === null ? this.readHeads(bytes) : bytes
      if (this.head === null || this.scanner === null) return
      const bodyEnd = this.scanner.scan(rest, 0, rest.length)
      if (this.scanner.done) this.complete(bodyEnd < rest.length)
    } catch {
      // What broke off here was no HTTP, or a defect of this reader: the answer is of no use either way.
      this.fail('reset')
    }
  }

  /** Reads heads until the final one (RFC 9110 section 15.2: any number of 1xx may come before). Returns what follows. */
  private readHeads(bytes: Buffer): Buffer {
    let rest = this.headBytes === null ? bytes : Buffer.concat([this.headBytes, bytes])
    this.headBytes = null
    while (rest.length > 0) {
      const end = findHeadEnd(rest, 0, rest.length)
      if (end === -1) {
        this.headBytes = Buffer.from(rest)
        return rest.subarray(rest.length)
      }
      const head = parseResponseHead(rest.toString('latin1', 0, end - 2))
      rest = rest.subarray(end)
      if (head.status < 200) continue
      this.head = head
      this.scanner = createBodyScanner(responseFraming(head, 'GET'))
      break
    }
    return rest
  }

  private complete(isOutOfStep: boolean): void {
    const { head } = this
    if (head === null) return
    this.head = null
    this.scanner = null
    this.answersBefore += 1
    const tell = this.onEnding
    this.onEnding = null
    const answer = { status: head.status, release: releaseOf(head.fields), chain: chainOf(head.fields) }
    if (keepsAlive(head) && !isOutOfStep && !this.isEnded) this.onIdle(this)
    else this.socket.destroy()
    tell?.({ kind: 'answered', answer })
  }

  private fail(failure: TrafficFailure): void {
    const tell = this.onEnding
    this.onEnding = null
    this.socket.destroy()
    tell?.({ kind: 'failed', failure })
  }

  private end(): void {
    this.isEnded = true
    this.onGone(this)
    // A body without a length ends with its connection (RFC 9112 section 6.3); `done` is never true for it.
    if (this.head !== null && responseFraming(this.head, 'GET').kind === 'close') this.complete(false)
  }

  private closed(): void {
    this.onGone(this)
    const tell = this.onEnding
    this.onEnding = null
    if (tell === null) return
    if (!this.isConnected) tell({ kind: 'failed', failure: CONNECT_FAILURES[this.errorCode] ?? 'reset' })
    else if (this.answersBefore > 0 && !this.anyByte) tell({ kind: 'closedEarly' })
    else tell({ kind: 'failed', failure: 'reset' })
  }
}
