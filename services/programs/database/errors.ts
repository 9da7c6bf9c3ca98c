import type { HranaError } from '../../protocols/hrana/messages.ts'

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) by number. */
const PRIMARY_CODES: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  2: 'SQLITE_INTERNAL',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  12: 'SQLITE_NOTFOUND',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  16: 'SQLITE_EMPTY',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  22: 'SQLITE_NOLFS',
  23: 'SQLITE_AUTH',
  24: 'SQLITE_FORMAT',
  25: 'SQLITE_RANGE',
  26: 'SQLITE_NOTADB',
}

/** The extended codes that a client may want to tell apart; any other is named by its primary code. */
const EXTENDED_CODES: Readonly<Record<number, string>> = {
  261: 'SQLITE_BUSY_RECOVERY',
  517: 'SQLITE_BUSY_SNAPSHOT',
  773: 'SQLITE_BUSY_TIMEOUT',
  275: 'SQLITE_CONSTRAINT_CHECK',
  531: 'SQLITE_CONSTRAINT_COMMITHOOK',
  787: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  1043: 'SQLITE_CONSTRAINT_FUNCTION',
  1299: 'SQLITE_CONSTRAINT_NOTNULL',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  1811: 'SQLITE_CONSTRAINT_TRIGGER',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
  2323: 'SQLITE_CONSTRAINT_VTAB',
  2579: 'SQLITE_CONSTRAINT_ROWID',
  2835: 'SQLITE_CONSTRAINT_PINNED',
  3091: 'SQLITE_CONSTRAINT_DATATYPE',
}

const BUSY = 5
const BUSY_SNAPSHOT = 517
const AUTH = 23

/** A failure with a code of the server's own, where SQLite has none. */
export class StatementError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'StatementError'
    this.code = code
  }
}

/** SQLite's extended result code of what node:sqlite threw, or null when the error is not SQLite's. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode : null
}

export function sqliteCodeName(code: number): string {
  return EXTENDED_CODES[code] ?? PRIMARY_CODES[code & 0xff] ?? `SQLITE_${code}`
}

/**
 * Whether another try may succeed once somebody else has let go of a lock. Not for a transaction whose snapshot is
 * out of date: it can only be rolled back (https://www.sqlite.org/rescode.html#busy_snapshot).
 */
export function isWorthRetrying(error: unknown, inTransaction: boolean): boolean {
  const code = sqliteCode(error)
  if (code === null || (code & 0xff) !== BUSY) return false
  return code !== BUSY_SNAPSHOT || !inTransaction
}

export function isDenied(error: unknown): boolean {
  return sqliteCode(error) === AUTH
}

/** The protocol's form of a failed statement. Anything that is neither SQLite's nor the statement's is thrown on: a defect. */
export function toHranaError(error: unknown): HranaError {
  if (error instanceof StatementError) return { message: error.message, code: error.code }
  const code = sqliteCode(error)
  if (code === null || !(error instanceof Error)) throw error
  return { message: error.message, code: sqliteCodeName(code) }
}
