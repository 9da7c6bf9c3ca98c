import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Authorizer, type StatementActions } from './authorizer.ts'
import { isDenied, StatementError } from './errors.ts'
import { firstWords } from './sql-text.ts'

/** The longest text or blob, and so about the longest row; far below what would exhaust the process. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024
const MAX_SQL_BYTES = 1024 * 1024

/**
 * What has happened when a commit returns (https://www.sqlite.org/pragma.html#pragma_synchronous). In WAL mode with
 * `normal`, the log was handed to the system: acknowledged writes survive SIGKILL of this process. With `full` it was
 * also synced to the disk: they survive a power cut too, and each commit takes as long as the disk does.
 */
export const SYNCHRONOUS = ['full', 'normal'] as const
export type Synchronous = (typeof SYNCHRONOUS)[number]

export interface PreparedStatement {
  readonly statement: StatementSync
  /** The text of this one statement, with its semicolon. */
  readonly sql: string
  readonly actions: StatementActions
  /** EXPLAIN only tells what the statement would do; `actions` are those of the statement itself. */
  readonly isExplain: boolean
}

/**
 * One SQLite connection. No busy time-out is set: waiting inside SQLite would block the event loop, and with it the
 * COMMIT of the very stream that holds the lock.
 */
export class Connection {
  readonly database: DatabaseSync
  /** How many rows the last INSERT, UPDATE or DELETE changed, and the last row id given. */
  readonly countsQuery: StatementSync
  private readonly authorizer = new Authorizer()

  constructor(file: string, synchronous: Synchronous = 'full') {
    this.database = new DatabaseSync(file, {
      timeout: 0,
      readBigInts: true,
      returnArrays: true,
      allowBareNamedParameters: false,
      enableForeignKeyConstraints: true,
      allowExtension: false,
      defensive: true,
      limits: { length: MAX_VALUE_BYTES, sqlLength: MAX_SQL_BYTES },
    })
    this.database.exec(`PRAGMA synchronous = ${synchronous}`)
    this.countsQuery = this.database.prepare('SELECT changes(), last_insert_rowid()')
    this.database.setAuthorizer(this.authorizer.decide)
  }

  get inTransaction(): boolean {
    return this.database.isTransaction
  }

  /** Whether another stream may get this connection after this one. */
  get isReusable(): boolean {
    return !this.authorizer.leftTraces && !this.inTransaction
  }

  /** Compiles the first statement of a text; `sql` of the result shows where it ends. */
  prepare(sql: string): PreparedStatement {
    // SQLite would stop reading there and run the half.
    if (sql.includes('\0')) throw new StatementError('SQL_INPUT_ERROR', 'The SQL text contains a NUL character.')
    this.authorizer.begin()
    try {
      const statement = this.database.prepare(sql)
      const text = statement.sourceSQL
      return { statement, sql: text, actions: this.authorizer.actions, isExplain: firstWords(text, 1) === 'EXPLAIN' }
    } catch (error) {
      throw this.explain(error)
    }
  }

  /** Adds the reason to an error of the authorizer; VACUUM INTO meets it only while it runs. */
  explain(error: unknown): unknown {
    const { reason } = this.authorizer
    return isDenied(error) && reason !== null ? new StatementError('SQLITE_AUTH', `not authorized: ${reason}`) : error
  }

  rollBack(): void {
    if (this.database.isOpen && this.inTransaction) this.database.exec('ROLLBACK')
  }

  /** Work of the server itself, which clients are not allowed. */
  asServer(work: (database: DatabaseSync) => void): void {
    this.database.setAuthorizer(null)
    try {
      work(this.database)
    } finally {
      this.database.setAuthorizer(this.authorizer.decide)
    }
  }

  /** An open transaction is rolled back by closing. */
  close(): void {
    if (this.database.isOpen) this.database.close()
  }
}
