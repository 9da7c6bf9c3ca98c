import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../../services/programs/database/connection.ts'
import { toHranaError } from '../../../../services/programs/database/errors.ts'
import { LockQueue } from '../../../../services/programs/database/lock-queue.ts'
import { SqlStream, type RequestScope, type StatementReport } from '../../../../services/programs/database/stream.ts'
import type { BatchCondition, Statement } from '../../../../services/protocols/hrana/messages.ts'

let folder = ''
let streams: SqlStream[] = []
let reports: StatementReport[] = []
const locks = new LockQueue()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-stream-'))
  reports = []
  streams = [1, 2].map(() => new SqlStream(new Connection(join(folder, 'test.sqlite')), locks))
  streams[0]?.connection.database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)')
})
afterEach(() => {
  for (const { connection } of streams) connection.close()
  rmSync(folder, { recursive: true })
})

function scope(limitMs = 10_000): RequestScope {
  return {
    budget: { chars: 1e6 },
    patience: { limitMs, isCancelled: () => false },
    turnBeganMs: performance.now(),
    onStatement: (report) => reports.push(report),
  }
}

const statement = (sql: string): Statement => ({ source: { sql }, args: [], namedArgs: [], wantRows: true })
const step = (sql: string, condition: BatchCondition | null = null) => ({ statement: statement(sql), condition })
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => toHranaError(error).code,
  )
function pair(): [SqlStream, SqlStream] {
  const [first, second] = streams
  if (!first || !second) throw new Error('no streams')
  return [first, second]
}

describe('a batch', () => {
  it('runs the steps whose condition holds', async () => {
    const [stream] = pair()
    const result = await stream.batch(
      [
        step('SELECT 1'),
        step('SELEC 2'),
        step('SELECT 3', { type: 'ok', step: 1 }),
        step('SELECT 4', { type: 'error', step: 1 }),
        step('BEGIN', { type: 'is_autocommit' }),
        step('ROLLBACK', { type: 'not', cond: { type: 'is_autocommit' } }),
      ],
      scope(),
    )
    expect(result.step_results.map((item) => item !== null)).toEqual([true, false, false, true, true, true])
    expect(result.step_errors.map((item) => item?.code ?? null)).toEqual([null, 'SQLITE_ERROR', null, null, null, null])
    expect(stream.isAutocommit).toBe(true)
  })
})

describe('a sequence', () => {
  it('runs statement after statement, wherever they end', async () => {
    const [stream] = pair()
    const sql = `CREATE TABLE u (a); -- with a ; in it
      CREATE TRIGGER x AFTER INSERT ON u BEGIN INSERT INTO t VALUES (new.a); INSERT INTO t VALUES (';'); END;
      INSERT INTO u VALUES (1)`
    await stream.sequence({ sql }, scope())
    expect((await stream.execute(statement('SELECT count(*) FROM t'), scope())).rows).toEqual([
      [{ type: 'integer', value: '2' }],
    ])
    expect(reports.map((report) => report.sql.trim().split(' ')[0])).toEqual(['CREATE', '--', 'INSERT', 'SELECT'])
  })

  it('stops at the first error; what came before stays', async () => {
    const [stream] = pair()
    const sql = 'INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (2); INSERT INTO t VALUES (3)'
    expect(await codeOf(stream.sequence({ sql }, scope()))).toBe('SQLITE_ERROR')
    expect(stream.connection.database.prepare('SELECT a FROM t').all()).toEqual([[1n]])
  })

  it('may be empty', async () => {
    expect(await codeOf(pair()[0].sequence({ sql: ' ; -- nothing' }, scope()))).toBe('no error')
  })
})

describe('a lock', () => {
  it('is waited for until its holder commits', async () => {
    const [first, second] = pair()
    await first.execute(statement('BEGIN IMMEDIATE'), scope())
    const waiting = second.execute(statement('INSERT INTO t VALUES (1)'), scope())
    await first.execute(statement('INSERT INTO t VALUES (2)'), scope())
    await first.execute(statement('COMMIT'), scope())
    expect((await waiting).affected_row_count).toBe(1)
    expect(second.connection.database.prepare('SELECT a FROM t').all()).toEqual([[2n], [1n]])
  })

  it('is not waited for longer than the limit', async () => {
    const [first, second] = pair()
    await first.execute(statement('BEGIN IMMEDIATE'), scope())
    expect(await codeOf(second.execute(statement('INSERT INTO t VALUES (1)'), scope(50)))).toBe('SQLITE_BUSY')
    expect(reports.at(-1)?.durationMs).toBeGreaterThanOrEqual(45)
  })

  it('is not waited for with a snapshot that is out of date', async () => {
    const [first, second] = pair()
    await second.execute(statement('BEGIN'), scope())
    await second.execute(statement('SELECT * FROM t'), scope())
    await first.execute(statement('INSERT INTO t VALUES (1)'), scope())
    const began = performance.now()
    expect(await codeOf(second.execute(statement('INSERT INTO t VALUES (2)'), scope()))).toBe('SQLITE_BUSY_SNAPSHOT')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('does not keep readers waiting', async () => {
    const [first, second] = pair()
    await first.execute(statement('BEGIN EXCLUSIVE'), scope())
    expect((await second.execute(statement('SELECT count(*) FROM t'), scope(0))).rows).toHaveLength(1)
  })
})

describe('a long request', () => {
  it('lets others have their turn', async () => {
    const [stream] = pair()
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    const slow = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT max(i) FROM n'
    await stream.batch(
      Array.from({ length: 5 }, () => step(slow)),
      scope(),
    )
    clearInterval(timer)
    expect(turns).toBeGreaterThanOrEqual(2)
  })
})

describe('stored SQL texts', () => {
  it('are used by their id until they are closed', async () => {
    const [stream] = pair()
    stream.storeSql(1, 'SELECT 7')
    const byId = { ...statement(''), source: { sqlId: 1 } }
    expect((await stream.execute(byId, scope())).rows).toEqual([[{ type: 'integer', value: '7' }]])
    expect(() => stream.storeSql(1, 'SELECT 8')).toThrow('already')
    stream.closeSql(1)
    stream.closeSql(1)
    expect(await codeOf(stream.execute(byId, scope()))).toBe('SQL_NOT_FOUND')
    stream.storeSql(1, 'SELECT 8')
  })

  it('are not stored without end', () => {
    const [stream] = pair()
    for (let id = 0; id < 256; id += 1) stream.storeSql(id, 'SELECT 1')
    expect(() => stream.storeSql(256, 'SELECT 1')).toThrow('at most')
  })
})

describe('a description', () => {
  it('names parameters and columns', () => {
    const [stream] = pair()
    expect(stream.describe({ sql: 'SELECT a, :x AS y FROM t WHERE a = ? OR a = ?4' })).toEqual({
      params: [{ name: ':x' }, { name: null }, { name: null }, { name: '?4' }],
      cols: [
        { name: 'a', decltype: null },
        { name: 'y', decltype: null },
      ],
      is_explain: false,
      is_readonly: true,
    })
  })

  it.each<[string, boolean, boolean]>([
    ['SELECT 1', false, true],
    ['EXPLAIN SELECT 1', true, true],
    ['EXPLAIN QUERY PLAN DELETE FROM t', true, false],
    ['INSERT INTO t VALUES (1)', false, false],
    ['CREATE TABLE u (a)', false, false],
    ['VACUUM', false, false],
    ['BEGIN', false, true],
    ['BEGIN IMMEDIATE', false, false],
    ['COMMIT', false, true],
  ])('says of %s whether it explains (%s) and only reads (%s)', (sql, explain, readonly) => {
    expect(pair()[0].describe({ sql })).toMatchObject({ is_explain: explain, is_readonly: readonly })
  })
})
