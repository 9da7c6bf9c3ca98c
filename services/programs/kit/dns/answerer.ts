import type { Transport } from '../../../protocols/dns/index.ts'

/** A query as it came in. */
export interface IncomingQuery {
  readonly bytes: Buffer
  /** `address:port` of who asked. */
  readonly peer: string
  readonly transport: Transport
}

/** What answers queries, without the sockets. */
export interface QueryAnswerer {
  /**
   * Calls `reply` at most once with the answer's bytes, at once or later. Returns false where silence is the only safe
   * answer: what came is no query.
   */
  answer(query: IncomingQuery, reply: (bytes: Buffer) => void): boolean
}
