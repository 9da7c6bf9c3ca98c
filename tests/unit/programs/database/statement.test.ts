import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../../services/programs/database/connection.ts'
import { toHranaError } from '../../../../services/programs/database/errors.ts'
import {
  prepareSingle,
  runStatement,
  type ResponseBudget,
  type StatementOutcome,
} from '../../../../services/programs/database/statement.ts'
import { encodeValue, type SqlValue, type WireValue } from '../../../../services/protocols/hrana/values.ts'

let folder = ''
let connection: Connection

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-statement-'))
  connection = new Connection(join(folder, 'test.sqlite'))
  connection.database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT UNIQUE)')
})
afterEach(() => {
  connection.close()
  rmSync(folder, { recursive: true })
})

/** Through JSON, as it comes from a client. */
const onTheWire = (value: SqlValue): WireValue => JSON.parse(JSON.stringify(encodeValue(value))) as WireValue

interface Args {
  readonly args?: readonly SqlValue[]
  readonly named?: Readonly<Record<string, SqlValue>>
  readonly wantRows?: boolean
  readonly budget?: ResponseBudget
}

function run(
  sql: string,
  { args = [], named = {}, wantRows = true, budget = { chars: 1e6 } }: Args = {},
): StatementOutcome {
  const namedArgs = Object.entries(named).map(([name, value]) => ({ name, value: onTheWire(value) }))
  const bound = { args: args.map(onTheWire), namedArgs, wantRows }
  return runStatement(connection, prepareSingle(connection, sql), bound, budget)
}

function errorOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    const { code, message } = toHranaError(error)
    return `${code}: ${message}`
  }
  return 'no error'
}

const firstRow = (outcome: StatementOutcome): unknown =>
  outcome.rows[0]?.map((value) => ('value' in value ? value.value : 'base64' in value ? value.base64 : null))

describe('a statement', () => {
  it('gives rows, column names and declared types', () => {
    run("INSERT INTO t VALUES (1, 'a')")
    const { cols, rows } = run('SELECT id, body AS b, id + 1 FROM t')
    expect(cols).toEqual([
      { name: 'id', decltype: 'INTEGER' },
      { name: 'b', decltype: 'TEXT' },
      { name: 'id + 1', decltype: null },
    ])
    expect(rows).toEqual([
      [
        { type: 'integer', value: '1' },
        { type: 'text', value: 'a' },
        { type: 'integer', value: '2' },
      ],
    ])
  })

  it('keeps columns of the same name apart', () => {
    expect(firstRow(run('SELECT 1 AS a, 2 AS a'))).toEqual(['1', '2'])
  })

  it('keeps the type of each value, there and back', () => {
    const values = [
      null,
      2n ** 63n - 1n,
      3,
      Number.POSITIVE_INFINITY,
      'a\0b',
      new Uint8Array([0, 255]),
      new Uint8Array(),
    ]
    const types = values.map((_, index) => `typeof(?${index + 1})`).join(', ')
    expect(firstRow(run(`SELECT ${types}`, { args: values }))).toEqual([
      'null',
      'integer',
      'real',
      'real',
      'text',
      'blob',
      'blob',
    ])
    const marks = values.map(() => '?').join(', ')
    expect(run(`SELECT ${marks}`, { args: values }).rows[0]).toEqual(values.map(encodeValue))
  })

  it('shows a column that another connection added', () => {
    const other = new Connection(join(folder, 'test.sqlite'))
    run('SELECT * FROM t')
    other.database.exec('ALTER TABLE t ADD COLUMN more INTEGER DEFAULT 7')
    other.close()
    expect(run('SELECT * FROM t').cols.map(({ name }) => name)).toEqual(['id', 'body', 'more'])
  })
})

describe('the counts of a statement', () => {
  it('are told for changes, with the row id for inserts', () => {
    expect(run("INSERT INTO t (body) VALUES ('a'), ('b')")).toMatchObject({ changedRows: 2, lastInsertRowid: '2' })
    expect(run("UPDATE t SET body = body || '!'")).toMatchObject({ changedRows: 2, lastInsertRowid: null })
    expect(run('DELETE FROM t WHERE id = 99')).toMatchObject({ changedRows: 0, lastInsertRowid: null })
  })

  it('are told with RETURNING too', () => {
    const outcome = run("INSERT INTO t (body) VALUES ('a') RETURNING id, body")
    expect(outcome).toMatchObject({ changedRows: 1, lastInsertRowid: '1' })
    expect(firstRow(outcome)).toEqual(['1', 'a'])
  })

  it('name no row when nothing was inserted', () => {
    run("INSERT INTO t (body) VALUES ('a')")
    expect(run("INSERT OR IGNORE INTO t (body) VALUES ('a')")).toMatchObject({ changedRows: 0, lastInsertRowid: null })
  })

  it('do not come from an earlier statement', () => {
    run("INSERT INTO t (body) VALUES ('a')")
    for (const sql of ['SELECT 1', 'CREATE TABLE u (a)', "EXPLAIN INSERT INTO t (body) VALUES ('b')"])
      expect(run(sql)).toMatchObject({ changedRows: null, lastInsertRowid: null })
  })

  it('carry 64 bits', () => {
    expect(run("INSERT INTO t VALUES (9007199254740993, 'a')").lastInsertRowid).toBe('9007199254740993')
  })
})

describe('arguments', () => {
  it('go by position, by number and by name', () => {
    expect(firstRow(run('SELECT ?, ?', { args: ['x', 'y'] }))).toEqual(['x', 'y'])
    expect(firstRow(run('SELECT ?2, ?1', { args: ['x', 'y'] }))).toEqual(['y', 'x'])
    expect(firstRow(run('SELECT :a, @b, $c', { named: { a: 'x', b: 'y', $c: 'z' } }))).toEqual(['x', 'y', 'z'])
    expect(firstRow(run('SELECT :a, ?, @b', { args: ['x', 'y', 'z'] }))).toEqual(['x', 'y', 'z'])
  })

  it('with a name win over those with a position', () => {
    expect(firstRow(run('SELECT :a, ?', { args: ['x', 'y'], named: { ':a': 'named' } }))).toEqual(['named', 'y'])
  })

  it('that are missing, too many or unknown are errors', () => {
    expect(errorOf(() => run('SELECT ?, ?', { args: ['x'] }))).toBe(
      'ARGS_INVALID: No argument came for parameter number 2.',
    )
    expect(errorOf(() => run('SELECT :a', {}))).toBe('ARGS_INVALID: No argument came for parameter :a.')
    expect(errorOf(() => run('SELECT ?', { args: ['x', 'y'] }))).toMatch(/^ARGS_INVALID: .* 1 parameters, but 2/)
    expect(errorOf(() => run('SELECT :a', { named: { a: 1n, b: 2n } }))).toBe(
      'ARGS_INVALID: The statement has no parameter named "b".',
    )
    expect(errorOf(() => run('SELECT :a', { named: { '@a': 1n } }))).toMatch(/no parameter named "@a"/)
  })
})

describe('what is not one statement', () => {
  it('is rejected, and nothing of it runs', () => {
    expect(errorOf(() => run("INSERT INTO t (body) VALUES ('a'); SELECT 1"))).toMatch(/^SQL_MANY_STATEMENTS/)
    expect(run('SELECT * FROM t').rows).toEqual([])
    expect(errorOf(() => run(' -- nothing\n;'))).toMatch(/^SQL_NO_STATEMENT/)
    expect(errorOf(() => run('SELECT 1\0; DROP TABLE t'))).toMatch(/^SQL_INPUT_ERROR/)
  })

  it('may still end with semicolons, blanks and comments', () => {
    expect(firstRow(run(' ; SELECT 1 ; -- done\n; /* ; */ '))).toEqual(['1'])
    const trigger = 'CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; '
    expect(run(trigger).cols).toEqual([])
  })
})

describe('a statement whose rows are not wanted', () => {
  it('runs all the same', () => {
    expect(run('SELECT 1', { wantRows: false })).toMatchObject({ rows: [], cols: [{ name: '1' }] })
    const insert = run("INSERT INTO t (body) VALUES ('a') RETURNING id", { wantRows: false })
    expect(insert).toMatchObject({ rows: [], changedRows: 1 })
    expect(firstRow(run('SELECT count(*) FROM t'))).toEqual(['1'])
  })
})

describe('a result that is too large', () => {
  const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n'

  it('is given up, also one without an end', () => {
    expect(errorOf(() => run(endless))).toMatch(/^RESPONSE_TOO_LARGE/)
    expect(errorOf(() => run('SELECT zeroblob(17000000)'))).toMatch(/^SQLITE_TOOBIG/)
  })

  it('leaves nothing running', () => {
    errorOf(() => run(endless))
    expect(errorOf(() => run('VACUUM'))).toBe('no error')
  })

  it('never hides a change that was made', () => {
    const outcome = run(`INSERT INTO t (body) VALUES ('${'x'.repeat(500)}') RETURNING body`, { budget: { chars: 10 } })
    expect(outcome.rows).toHaveLength(1)
  })
})

describe('a statement that fails', () => {
  it('carries the code of SQLite', () => {
    run("INSERT INTO t VALUES (1, 'a')")
    expect(errorOf(() => run("INSERT INTO t VALUES (2, 'a')"))).toMatch(/^SQLITE_CONSTRAINT_UNIQUE: UNIQUE/)
    expect(errorOf(() => run("INSERT INTO t VALUES (1, 'b')"))).toMatch(/^SQLITE_CONSTRAINT_PRIMARYKEY: /)
    expect(errorOf(() => run("INSERT INTO t VALUES ('x', 'b')"))).toMatch(/^SQLITE_MISMATCH: /)
    expect(errorOf(() => run('SELEC 1'))).toBe('SQLITE_ERROR: near "SELEC": syntax error')
  })

  it('lets later writes commit, which one that is still running would hold back', () => {
    const other = new Connection(join(folder, 'test.sqlite'))
    other.database.exec('BEGIN IMMEDIATE')
    expect(errorOf(() => run('BEGIN IMMEDIATE'))).toMatch(/^SQLITE_BUSY: /)
    expect(errorOf(() => run("INSERT INTO t (body) VALUES ('a') RETURNING id"))).toMatch(/^SQLITE_BUSY: /)
    other.database.exec('COMMIT')
    run("INSERT INTO t (body) VALUES ('b')")
    expect(other.database.prepare('SELECT body FROM t').all()).toEqual([['b']])
    other.close()
  })
})
