import type { Address } from '../kit/address.ts'
import { Connection } from './connection.ts'

/** More connections than this are not kept when they are idle: a burst must not hold a server's slots for ever. */
const MOST_IDLE = 256

/** The connections to one address: the one used last is used first, as browsers do, so that others may go idle. */
class Pool {
  readonly idle: Connection[] = []
}

export class Connections {
  private readonly source: string | null
  private readonly keepsAlive: boolean
  private readonly pools = new Map<string, Pool>()
  private readonly all = new Set<Connection>()

  constructor(source: string | null, keepsAlive: boolean) {
    this.source = source
    this.keepsAlive = keepsAlive
  }

  /** An idle connection, or a new one; `isFresh` insists on a new one. */
  take(to: Address, isFresh: boolean): Connection {
    const pool = this.poolOf(to)
    const kept = isFresh ? undefined : pool.idle.pop()
    if (kept !== undefined) return kept
    const connection = new Connection(
      to,
      this.source,
      (idle) => this.keep(pool, idle),
      (gone) => this.drop(pool, gone),
    )
    this.all.add(connection)
    return connection
  }

  close(): void {
    for (const connection of this.all) connection.abandon()
  }

  private keep(pool: Pool, connection: Connection): void {
    if (this.keepsAlive && pool.idle.length < MOST_IDLE) pool.idle.push(connection)
    else connection.abandon()
  }

  private drop(pool: Pool, connection: Connection): void {
    this.all.delete(connection)
    const at = pool.idle.indexOf(connection)
    if (at !== -1) pool.idle.splice(at, 1)
  }

  private poolOf({ host, port }: Address): Pool {
    const key = `${host}:${port}`
    let pool = this.pools.get(key)
    if (pool === undefined) {
      pool = new Pool()
      this.pools.set(key, pool)
    }
    return pool
  }
}
