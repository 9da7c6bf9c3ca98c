import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectionPool } from '../../../../services/programs/database/connection-pool.ts'
import { LockQueue } from '../../../../services/programs/database/lock-queue.ts'
import { StreamError, StreamStore } from '../../../../services/programs/database/stream-store.ts'

let folder = ''
let pool: ConnectionPool
const expired: boolean[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-streams-'))
  pool = new ConnectionPool(join(folder, 'test.sqlite'))
  expired.length = 0
})
afterEach(() => {
  pool.closeIdle()
  rmSync(folder, { recursive: true })
})

function openStore(options: { idleLimitMs?: number; maxStreams?: number } = {}): StreamStore {
  const onExpired = (hadTransaction: boolean): void => void expired.push(hadTransaction)
  return new StreamStore({
    pool,
    locks: new LockQueue(),
    idleLimitMs: options.idleLimitMs ?? 60_000,
    maxStreams: options.maxStreams ?? 4,
    onExpired,
  })
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof StreamError) return error.code
    throw error
  }
  return 'no error'
}

describe('batons', () => {
  it('lead back to the stream, each a new one', () => {
    const store = openStore()
    const stream = store.open()
    const first = store.giveBack(stream) ?? ''
    expect(store.take(first)).toBe(stream)
    const second = store.giveBack(stream) ?? ''
    expect(second).not.toBe(first)
    expect(store.take(second)).toBe(stream)
    store.close(stream)
  })

  it('can be used once; a second time ends the stream', () => {
    const store = openStore()
    const stream = store.open()
    stream.sql.connection.database.exec('BEGIN')
    const first = store.giveBack(stream) ?? ''
    store.take(first)
    const second = store.giveBack(stream) ?? ''
    expect(codeOf(() => store.take(first))).toBe('BATON_REUSED')
    expect(stream.sql.connection.inTransaction).toBe(false)
    expect(codeOf(() => store.take(second))).toBe('STREAM_EXPIRED')
  })

  it('cannot be used while their request is under way, which goes on', () => {
    const store = openStore()
    const stream = store.open()
    const baton = store.giveBack(stream) ?? ''
    store.take(baton)
    expect(codeOf(() => store.take(baton))).toBe('BATON_REUSED')
    expect(store.giveBack(stream)).not.toBeNull()
    store.close(stream)
  })

  it('cannot be made up, also not from those of another process', () => {
    const [store, other] = [openStore(), openStore()]
    const baton = other.giveBack(other.open()) ?? ''
    for (const text of ['', 'x', 'a.1.b', baton]) expect(codeOf(() => store.take(text))).toBe('BATON_INVALID')
    other.endIdle()
  })
})

describe('streams', () => {
  it('are rolled back when they stand idle for too long', async () => {
    const store = openStore({ idleLimitMs: 20 })
    const stream = store.open()
    stream.sql.connection.database.exec('CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1)')
    const baton = store.giveBack(stream) ?? ''
    await expect.poll(() => expired).toEqual([true])
    expect(codeOf(() => store.take(baton))).toBe('STREAM_EXPIRED')
    expect(store.size).toBe(0)
    const connection = pool.acquire()
    expect(connection.database.prepare('SELECT count(*) FROM t').get()).toEqual([0n])
    pool.release(connection)
  })

  it('are not too many', () => {
    const store = openStore({ maxStreams: 2 })
    const streams = [store.open(), store.open()]
    expect(codeOf(() => store.open())).toBe('STREAM_LIMIT')
    streams.slice(0, 1).forEach((stream) => store.close(stream))
    expect(codeOf(() => store.open())).toBe('no error')
  })

  it('get no connection on which another one left something', () => {
    const store = openStore()
    const first = store.open()
    const { connection } = first.sql
    store.close(first)
    const second = store.open()
    expect(second.sql.connection).toBe(connection)
    connection.prepare('CREATE TEMP TABLE mine (a)').statement.run()
    store.close(second)
    const third = store.open()
    expect(third.sql.connection).not.toBe(connection)
    store.close(third)
  })

  it('are closed when they wait and the server ends; those in use when they are done', () => {
    const store = openStore()
    const [idle, busy] = [store.open(), store.open()]
    store.giveBack(idle)
    expect(store.endIdle()).toBe(1)
    expect(store.size).toBe(1)
    expect(store.giveBack(busy)).toBeNull()
    expect(store.size).toBe(0)
  })
})
