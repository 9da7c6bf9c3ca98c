import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient as createAnyClient, type Client, type InValue, type ResultSet } from '@libsql/client'
import { createClient as createHttpClient } from '@libsql/client/http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort, startProgram, type StartedProgram } from '../../programs.ts'

/** The official client, unchanged, against the database. */

const ADDRESS = '127.20.3.2'

let folder = ''
let url = ''
let program: StartedProgram

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-client-'))
  const port = await freePort(ADDRESS)
  url = `http://${ADDRESS}:${port}`
  program = startProgram('database', ['--listen', `${ADDRESS}:${port}`, '--file', join(folder, 'test.sqlite')])
  await program.waitForLine(/ready/)
})
afterAll(async () => {
  expect(await program.stop()).toEqual({ code: 0, signal: null })
  rmSync(folder, { recursive: true })
})

const first = (result: ResultSet | undefined): unknown[] => Array.from(result?.rows[0] ?? [])

describe.each([
  ['@libsql/client', createAnyClient],
  ['@libsql/client/http', createHttpClient],
])('%s', (_name, createClient) => {
  let db: Client

  beforeEach(async () => {
    db?.close()
    db = createClient({ url })
    await db.executeMultiple('DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT UNIQUE)')
  })
  afterAll(() => db.close())

  const bodies = async (): Promise<unknown[]> =>
    (await db.execute('SELECT body FROM t ORDER BY id')).rows.map((row) => row['body'])

  it('executes', async () => {
    const inserted = await db.execute({ sql: 'INSERT INTO t (body) VALUES (?)', args: ['a'] })
    expect(inserted).toMatchObject({ rowsAffected: 1, lastInsertRowid: 1n, rows: [] })
    const selected = await db.execute('SELECT id, body AS text FROM t')
    expect(selected.columns).toEqual(['id', 'text'])
    expect(selected.columnTypes).toEqual(['INTEGER', 'TEXT'])
    expect(selected.rows).toEqual([{ id: 1, text: 'a' }])
    expect(first(await db.execute('UPDATE t SET id = 2 RETURNING id'))).toEqual([2])
    expect(first(await db.execute('SELECT ?, ?', ['x', 1]))).toEqual(['x', 1])
  })

  it('passes arguments by name', async () => {
    const args = { a: 'x', $b: 'y', ':c': 'z' }
    expect(first(await db.execute({ sql: 'SELECT :a, $b, :c', args }))).toEqual(['x', 'y', 'z'])
  })

  it.each<[string, InValue, string, unknown]>([
    ['null', null, 'null', null],
    ['text', 'é😀\0"', 'text', 'é😀\0"'],
    ['a whole number', 5, 'real', 5],
    ['a fraction', 0.1, 'real', 0.1],
    ['a bigint', 2n ** 53n - 1n, 'integer', 2 ** 53 - 1],
    ['true', true, 'integer', 1],
    ['a date', new Date(1700000000000), 'real', 1700000000000],
    ['a blob', new Uint8Array([0, 1, 254, 255]), 'blob', new Uint8Array([0, 1, 254, 255]).buffer],
    ['an empty blob', new Uint8Array(), 'blob', new ArrayBuffer(0)],
    ['an array buffer', new Uint8Array([7]).buffer, 'blob', new Uint8Array([7]).buffer],
  ])('passes %s there and back', async (_what, value, type, back) => {
    expect(first(await db.execute({ sql: 'SELECT typeof(?1), ?1', args: [value] }))).toEqual([type, back])
  })

  it('reads infinity', async () => {
    expect(first(await db.execute('SELECT 9e999, -9e999'))).toEqual([Infinity, -Infinity])
  })

  it.each([
    ['bigint', 9007199254740993n],
    ['string', '9007199254740993'],
  ] as const)('reads large integers as %s', async (intMode, value) => {
    const exact = createClient({ url, intMode })
    expect(first(await exact.execute('SELECT 9007199254740993'))).toEqual([value])
    exact.close()
    await expect(db.execute('SELECT 9007199254740993')).rejects.toThrow(RangeError)
  })

  it.each(['write', 'read', 'deferred'] as const)('runs a batch in mode %s', async (mode) => {
    const [one, two] = await db.batch(['SELECT 1', { sql: 'SELECT :a', args: { a: 'x' } }], mode)
    expect([first(one), first(two)]).toEqual([[1], ['x']])
  })

  it('runs a batch whole or not at all', async () => {
    const insert = (body: string) => ({ sql: 'INSERT INTO t (body) VALUES (?)', args: [body] })
    await db.batch([insert('a'), insert('b')], 'write')
    await expect(db.batch([insert('c'), insert('a'), insert('d')], 'write')).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_UNIQUE',
      statementIndex: 1,
    })
    expect(await bodies()).toEqual(['a', 'b'])
  })

  it('commits, rolls back and closes transactions', async () => {
    const insert = (body: string) => ({ sql: 'INSERT INTO t (body) VALUES (?)', args: [body] })
    const committed = await db.transaction('write')
    await committed.execute(insert('a'))
    expect(first(await committed.execute('SELECT count(*) FROM t'))).toEqual([1])
    expect(await bodies()).toEqual([])
    await committed.batch([insert('b'), insert('c')])
    await committed.executeMultiple("INSERT INTO t (body) VALUES ('d'); INSERT INTO t (body) VALUES ('e')")
    await committed.commit()
    expect(committed.closed).toBe(true)

    const rolledBack = await db.transaction('write')
    await rolledBack.execute(insert('f'))
    await rolledBack.rollback()
    const closed = await db.transaction('write')
    await closed.execute(insert('g'))
    closed.close()
    const reading = await db.transaction('read')
    expect(first(await reading.execute('SELECT count(*) FROM t'))).toEqual([5])
    await reading.commit()
    expect(await bodies()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('goes on with a transaction after an error in it', async () => {
    const transaction = await db.transaction('write')
    await transaction.execute("INSERT INTO t (body) VALUES ('a')")
    await expect(transaction.execute("INSERT INTO t (body) VALUES ('a')")).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_UNIQUE',
    })
    await transaction.execute("INSERT INTO t (body) VALUES ('b')")
    await transaction.commit()
    expect(await bodies()).toEqual(['a', 'b'])
  })

  it('runs many statements up to the first that fails', async () => {
    const sql =
      "INSERT INTO t (body) VALUES ('a;b'); -- ; \n INSERT INTO nowhere VALUES (1); INSERT INTO t (body) VALUES ('c')"
    await expect(db.executeMultiple(sql)).rejects.toMatchObject({ code: 'SQLITE_ERROR' })
    expect(await bodies()).toEqual(['a;b'])
  })

  it('migrates, with foreign keys off meanwhile and on again afterwards', async () => {
    await db.executeMultiple('DROP TABLE IF EXISTS child; CREATE TABLE child (t REFERENCES t (id))')
    await db.migrate(['INSERT INTO child VALUES (99)', 'ALTER TABLE t ADD COLUMN more'])
    expect((await db.execute('SELECT * FROM t')).columns).toEqual(['id', 'body', 'more'])
    await expect(db.execute('INSERT INTO child VALUES (98)')).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
    })
    await db.execute('DROP TABLE child')
  })

  it('tells what was wrong with a statement', async () => {
    await expect(db.execute('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: 'SQL_MANY_STATEMENTS' })
    await expect(db.execute({ sql: 'SELECT ?', args: [] })).rejects.toMatchObject({ code: 'ARGS_INVALID' })
    await expect(db.execute("ATTACH '/etc/hostname' AS h")).rejects.toMatchObject({ code: 'SQLITE_AUTH' })
  })

  it('lets transactions of several clients take turns', async () => {
    await db.execute("INSERT INTO t VALUES (1, '0')")
    const clients = Array.from({ length: 6 }, () => createClient({ url }))
    const add = async (client: Client): Promise<void> => {
      for (let round = 0; round < 5; round += 1) {
        const transaction = await client.transaction('write')
        const { rows } = await transaction.execute('SELECT body FROM t WHERE id = 1')
        const next = String(Number(rows[0]?.['body']) + 1)
        await transaction.execute({ sql: 'UPDATE t SET body = ? WHERE id = 1', args: [next] })
        await transaction.commit()
      }
    }
    await Promise.all(clients.map(add))
    for (const client of clients) client.close()
    expect(await bodies()).toEqual(['30'])
  })
})
