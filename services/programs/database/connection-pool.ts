import { Connection, type Synchronous } from './connection.ts'

/** Opening one takes longer than most statements; a burst may still open more, which are closed afterwards. */
const MAX_IDLE = 8

/**
 * Connections that no stream uses just now. What a stream left behind on one (a setting, a temporary table) ends with
 * it; only `changes()` and `last_insert_rowid()` still tell of the stream before.
 */
export class ConnectionPool {
  private readonly idle: Connection[] = []
  private readonly file: string
  private readonly synchronous: Synchronous

  constructor(file: string, synchronous: Synchronous = 'full') {
    this.file = file
    this.synchronous = synchronous
  }

  /** Throws SQLite's error when the file cannot be opened. */
  acquire(): Connection {
    return this.idle.pop() ?? new Connection(this.file, this.synchronous)
  }

  /** Takes a connection back; an open transaction is rolled back. */
  release(connection: Connection): void {
    try {
      connection.rollBack()
    } finally {
      if (connection.isReusable && this.idle.length < MAX_IDLE) this.idle.push(connection)
      else connection.close()
    }
  }

  closeIdle(): void {
    for (const connection of this.idle.splice(0)) connection.close()
  }
}
