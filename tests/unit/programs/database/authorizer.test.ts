import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../../services/programs/database/connection.ts'
import { toHranaError } from '../../../../services/programs/database/errors.ts'
import { prepareSingle, runStatement } from '../../../../services/programs/database/statement.ts'

let folder = ''
let connection: Connection

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-authorizer-'))
  connection = new Connection(join(folder, 'test.sqlite'))
  connection.database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)')
})
afterEach(() => {
  connection.close()
  rmSync(folder, { recursive: true })
})

function run(sql: string): string {
  const args = { args: [], namedArgs: [], wantRows: true }
  try {
    runStatement(connection, prepareSingle(connection, sql), args, { chars: 1e6 })
    return 'done'
  } catch (error) {
    const { code, message } = toHranaError(error)
    return `${code}: ${message}`
  }
}

describe('other files', () => {
  it('cannot be reached', () => {
    const other = join(folder, 'other.sqlite')
    for (const sql of [
      `ATTACH '${other}' AS o`,
      `ATTACH 'file:${other}?mode=rwc' AS o`,
      `ATTACH ('${folder}' || '/other.sqlite') AS o`,
      "ATTACH ':memory:' AS o",
      `VACUUM INTO '${other}'`,
    ])
      expect(run(sql)).toBe(
        'SQLITE_AUTH: not authorized: this server opens one file, so ATTACH and VACUUM INTO are not available',
      )
    expect(existsSync(other)).toBe(false)
    expect(run("SELECT load_extension('x')")).toMatch(/not authorized/)
    expect(run("SELECT readfile('/etc/hostname')")).toMatch(/no such function/)
  })

  it('do not keep VACUUM from its own one', () => {
    expect(run('VACUUM')).toBe('done')
  })
})

describe('settings of the server', () => {
  it.each([
    'PRAGMA busy_timeout = 60000',
    'PRAGMA main.locking_mode = EXCLUSIVE',
    'PRAGMA synchronous = OFF',
    'PRAGMA Journal_Mode = DELETE',
    'PRAGMA schema_version = 1',
    'PRAGMA hard_heap_limit = 1',
  ])('are not for clients: %s', (sql) => {
    expect(run(sql)).toMatch(/^SQLITE_AUTH: not authorized: .*server/)
  })

  it('can be read, and asked to be what they are', () => {
    for (const sql of ['PRAGMA busy_timeout', 'PRAGMA synchronous', 'PRAGMA journal_mode = wal'])
      expect(run(sql)).toBe('done')
  })

  it('make commits wait for the disk, unless told otherwise', () => {
    expect(connection.database.prepare('PRAGMA synchronous').get()).toEqual([2n])
    const hasty = new Connection(join(folder, 'test.sqlite'), 'normal')
    expect(hasty.database.prepare('PRAGMA synchronous').get()).toEqual([1n])
    hasty.close()
  })

  it('keep the schema table from being written', () => {
    run('PRAGMA writable_schema = ON')
    expect(run("UPDATE sqlite_schema SET sql = 'x'")).toMatch(/may not be modified/)
  })
})

describe('a connection', () => {
  it('may be used again after plain statements', () => {
    for (const sql of ['INSERT INTO t VALUES (1)', 'PRAGMA table_info(t)', 'PRAGMA user_version = 3', 'SELECT 1'])
      run(sql)
    expect(connection.isReusable).toBe(true)
  })

  it.each(['PRAGMA foreign_keys = OFF', 'CREATE TEMP TABLE u (a)', "ATTACH '' AS o", 'BEGIN', 'SAVEPOINT s'])(
    'may not after %s',
    (sql) => {
      expect(run(sql)).toBe('done')
      expect(connection.isReusable).toBe(false)
    },
  )
})

describe('what a statement does', () => {
  it.each<[string, Partial<ReturnType<Connection['prepare']>['actions']>]>([
    ['SELECT * FROM t', { writes: false, changesRows: false, inserts: false }],
    ['INSERT INTO t VALUES (1)', { writes: true, changesRows: true, inserts: true }],
    ['UPDATE t SET a = 1', { writes: true, changesRows: true, inserts: false }],
    ['DELETE FROM t', { writes: true, changesRows: true, inserts: false }],
    ['CREATE TABLE u (a)', { writes: true, changesRows: false, inserts: false }],
    ['DROP TABLE t', { writes: true, changesRows: true }],
    ['CREATE INDEX i ON t (a)', { writes: true, changesRows: false, inserts: false }],
    ['PRAGMA user_version = 1', { writes: true, changesRows: false, inserts: false }],
    ['BEGIN', { writes: false }],
  ])('%s', (sql, actions) => {
    expect(connection.prepare(sql).actions).toMatchObject(actions)
  })

  it('does not take the work of a trigger for its own', () => {
    connection.database.exec(
      'CREATE TABLE log (a); CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO log VALUES (1); END',
    )
    expect(connection.prepare('DELETE FROM t').actions).toMatchObject({ changesRows: true, inserts: false })
  })
})
