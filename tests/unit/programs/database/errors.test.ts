import { describe, expect, it } from 'vitest'
import {
  isWorthRetrying,
  sqliteCodeName,
  StatementError,
  toHranaError,
} from '../../../../services/programs/database/errors.ts'

const sqliteError = (errcode: number): Error => Object.assign(new Error('a sentence'), { errcode })

describe('errors of SQLite', () => {
  it.each([
    [1, 'SQLITE_ERROR'],
    [5, 'SQLITE_BUSY'],
    [517, 'SQLITE_BUSY_SNAPSHOT'],
    [2067, 'SQLITE_CONSTRAINT_UNIQUE'],
    [26, 'SQLITE_NOTADB'],
    [10 | (99 << 8), 'SQLITE_IOERR'],
    [200, 'SQLITE_200'],
  ])('%d is %s', (code, name) => {
    expect(sqliteCodeName(code)).toBe(name)
  })

  it('travel with message and code', () => {
    expect(toHranaError(sqliteError(787))).toEqual({ message: 'a sentence', code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
    expect(toHranaError(new StatementError('X', 'y'))).toEqual({ message: 'y', code: 'X' })
  })

  it('are no disguise for a defect', () => {
    const defect = new TypeError('undefined is not a function')
    expect(() => toHranaError(defect)).toThrow(defect)
  })
})

describe('another try', () => {
  it('is worth it when somebody else holds a lock', () => {
    expect(isWorthRetrying(sqliteError(5), true)).toBe(true)
    expect(isWorthRetrying(sqliteError(261), false)).toBe(true)
    expect(isWorthRetrying(sqliteError(517), false)).toBe(true)
  })
  it('is in vain with an old snapshot, and after any other error', () => {
    expect(isWorthRetrying(sqliteError(517), true)).toBe(false)
    expect(isWorthRetrying(sqliteError(6), false)).toBe(false)
    expect(isWorthRetrying(new Error('x'), false)).toBe(false)
  })
})
