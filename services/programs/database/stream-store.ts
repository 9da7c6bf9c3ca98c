import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { formatBaton, parseBaton } from '../../protocols/hrana/baton.ts'
import type { ConnectionPool } from './connection-pool.ts'
import type { LockQueue } from './lock-queue.ts'
import { SqlStream } from './stream.ts'

/** A request names a stream that it may not use, or no more streams can be had. */
export class StreamError extends Error {
  readonly code: string
  readonly status: 400 | 503
  constructor(status: 400 | 503, code: string, message: string) {
    super(message)
    this.name = 'StreamError'
    this.status = status
    this.code = code
  }
}

export interface StreamStoreOptions {
  readonly pool: ConnectionPool
  readonly locks: LockQueue
  /** How long a stream may stand idle between two requests, in milliseconds. */
  readonly idleLimitMs: number
  readonly maxStreams: number
  readonly onExpired: (hadTransaction: boolean) => void
}

/** A stream while it is open: either a request works with it or it waits for the next one with a baton. */
export interface OpenStream {
  readonly id: string
  readonly sql: SqlStream
}

interface StreamEntry extends OpenStream {
  /** The number in the baton that will be taken next. */
  sequence: number
  inUse: boolean
  timer: NodeJS.Timeout | null
}

/** All open streams, by the batons that their clients hold. */
export class StreamStore {
  private readonly streams = new Map<string, StreamEntry>()
  private readonly options: StreamStoreOptions
  /** Made anew with each process: nobody can make up a baton, and those of an earlier process are worth nothing. */
  private readonly key = randomBytes(32)
  private ending = false

  constructor(options: StreamStoreOptions) {
    this.options = options
  }

  get size(): number {
    return this.streams.size
  }

  /** A new stream, in use by the caller. Throws `StreamError` when there are too many. */
  open(): OpenStream {
    const { maxStreams, pool, locks } = this.options
    if (this.streams.size >= maxStreams)
      throw new StreamError(
        503,
        'STREAM_LIMIT',
        `${maxStreams} streams are open, and more are not allowed (--max-streams). Close some, or try again later.`,
      )
    const entry: StreamEntry = {
      id: randomUUID(),
      sql: new SqlStream(pool.acquire(), locks),
      sequence: 0,
      inUse: true,
      timer: null,
    }
    this.streams.set(entry.id, entry)
    return entry
  }

  /**
   * The stream that this baton was given out for, in use by the caller from now on. Throws `StreamError`. A baton
   * that was used before means that its client missed an answer and has lost the stream, so the stream is closed.
   */
  take(text: string): OpenStream {
    const entry = this.find(text)
    if (entry.timer !== null) clearTimeout(entry.timer)
    entry.timer = null
    entry.inUse = true
    return entry
  }

  /** The caller is done for now; the stream waits for its next request. Null when the server is ending: it was closed. */
  giveBack(stream: OpenStream): string | null {
    const entry = this.streams.get(stream.id)
    if (!entry) return null
    if (this.ending) {
      this.close(entry)
      return null
    }
    entry.inUse = false
    entry.sequence += 1
    entry.timer = setTimeout(() => this.expire(entry), this.options.idleLimitMs)
    entry.timer.unref()
    return formatBaton({ stream: entry.id, sequence: entry.sequence }, this.sign)
  }

  /** Rolls back what is open on the stream and forgets it. Closing twice does nothing. */
  close(stream: OpenStream): void {
    const entry = this.streams.get(stream.id)
    if (!entry) return
    if (entry.timer !== null) clearTimeout(entry.timer)
    this.streams.delete(entry.id)
    const hadTransaction = !entry.sql.isAutocommit
    this.options.pool.release(entry.sql.connection)
    if (hadTransaction) this.options.locks.released()
  }

  /** Closes the stream of this baton, if it is a good one: its client has broken the protocol or given up. */
  discard(baton: string): void {
    try {
      this.close(this.take(baton))
    } catch (error) {
      if (!(error instanceof StreamError)) throw error
    }
  }

  /** Closes all streams that wait, and from now on each one when its request is done. Returns how many it closed. */
  endIdle(): number {
    this.ending = true
    const idle = [...this.streams.values()].filter((entry) => !entry.inUse)
    for (const entry of idle) this.close(entry)
    return idle.length
  }

  private find(text: string): StreamEntry {
    const baton = parseBaton(text, this.sign, isEqual)
    if (baton === null)
      throw new StreamError(
        400,
        'BATON_INVALID',
        'The baton is not one that this server gave out since it was started.',
      )
    const entry = this.streams.get(baton.stream)
    if (entry === undefined)
      throw new StreamError(
        400,
        'STREAM_EXPIRED',
        'The stream of this baton has ended: it was closed, or it stood idle for too long and was rolled back.',
      )
    if (entry.inUse)
      throw new StreamError(
        400,
        'BATON_REUSED',
        'A request with this baton is still being answered; wait for its answer.',
      )
    if (entry.sequence !== baton.sequence) {
      this.close(entry)
      throw new StreamError(400, 'BATON_REUSED', 'This baton was used before. The stream was rolled back and closed.')
    }
    return entry
  }

  private expire(entry: StreamEntry): void {
    const hadTransaction = !entry.sql.isAutocommit
    this.close(entry)
    this.options.onExpired(hadTransaction)
  }

  private readonly sign = (text: string): string => createHmac('sha256', this.key).update(text).digest('base64url')
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
