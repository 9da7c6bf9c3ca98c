import { describe, expect, it } from 'vitest'
import { shortenSql, statementEvent } from '../../../../services/programs/database/statement-log.ts'
import type { StatementReport } from '../../../../services/programs/database/stream.ts'

describe('the SQL in the log', () => {
  it('stands on one line', () => {
    expect(shortenSql('  SELECT 1\n\t FROM   t ')).toBe('SELECT 1 FROM t')
  })
  it('is shortened', () => {
    const short = shortenSql('SELECT name, message FROM entries ORDER BY id DESC')
    expect(short).toBe('SELECT name, message FROM entri...')
    expect(short).toHaveLength(34)
  })
  it('is whole when it fits', () => {
    expect(shortenSql('x'.repeat(34))).toBe('x'.repeat(34))
  })
})

describe('the log line of a statement', () => {
  const line = (outcome: StatementReport['outcome']) =>
    statementEvent({ sql: 'SELECT 1', durationMs: 0.42, outcome }, '127.0.0.1:5', '  trace 4bf92f35')

  it.each<[StatementReport['outcome'], string]>([
    [{ rows: 3, changedRows: null }, '3 rows in 0.4 ms  trace 4bf92f35'],
    [{ rows: 1, changedRows: null }, '1 row in 0.4 ms  trace 4bf92f35'],
    [{ rows: 0, changedRows: null }, '0 rows in 0.4 ms  trace 4bf92f35'],
    [{ rows: null, changedRows: 1 }, '1 row changed in 0.4 ms  trace 4bf92f35'],
    [{ rows: 1, changedRows: 2 }, '2 rows changed in 0.4 ms  trace 4bf92f35'],
    [{ rows: null, changedRows: null }, 'done in 0.4 ms  trace 4bf92f35'],
  ])('%j', (outcome, text) => {
    expect(line(outcome)).toEqual({ what: 'SELECT 1', peer: '127.0.0.1:5', outcome: text })
  })

  it('tells an error in words', () => {
    expect(line({ code: 'SQLITE_ERROR', message: 'no such table: t' })).toMatchObject({
      outcome: 'SQLITE_ERROR: no such table: t (0.4 ms)  trace 4bf92f35',
      level: 'warning',
    })
  })
})
