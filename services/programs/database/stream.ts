import { conditionHolds, type StepOutcome } from '../../protocols/hrana/batch-condition.ts'
import type {
  BatchResult,
  BatchStep,
  DescribeResult,
  HranaError,
  SqlSource,
  Statement,
  StatementResult,
} from '../../protocols/hrana/messages.ts'
import type { Connection } from './connection.ts'
import { isWorthRetrying, StatementError, toHranaError } from './errors.ts'
import type { LockQueue, Patience } from './lock-queue.ts'
import { findParameters, firstWords, isBlankSql } from './sql-text.ts'
import { prepareSingle, readColumns, runStatement, type ResponseBudget, type StatementOutcome } from './statement.ts'

/** What one request brings to the statements that it runs. */
export interface RequestScope {
  readonly patience: Patience
  readonly budget: ResponseBudget
  /** Called once for each statement that was run, or tried. */
  readonly onStatement: (report: StatementReport) => void
  /** When this request last let others have a turn, by `performance.now()`. */
  turnBeganMs: number
}

export interface StatementReport {
  readonly sql: string
  /** From the first try to the result, waiting for locks included. */
  readonly durationMs: number
  readonly outcome: { readonly rows: number | null; readonly changedRows: number | null } | HranaError
}

const MAX_STORED_TEXTS = 256
/** Other clients' requests get a turn when one request keeps the event loop busy for so long. */
const TURN_MS = 20

/** A SQL stream: one connection, and the SQL texts that its client stored. All errors thrown are for `toHranaError`. */
export class SqlStream {
  readonly connection: Connection
  private readonly locks: LockQueue
  private readonly stored = new Map<number, string>()

  constructor(connection: Connection, locks: LockQueue) {
    this.connection = connection
    this.locks = locks
  }

  get isAutocommit(): boolean {
    return !this.connection.inTransaction
  }

  storeSql(sqlId: number, sql: string): void {
    if (this.stored.has(sqlId))
      throw new StatementError('SQL_ID_IN_USE', `A SQL text is stored under the id ${sqlId} already.`)
    if (this.stored.size >= MAX_STORED_TEXTS)
      throw new StatementError('SQL_STORE_FULL', `A stream stores at most ${MAX_STORED_TEXTS} SQL texts.`)
    this.stored.set(sqlId, sql)
  }

  closeSql(sqlId: number): void {
    this.stored.delete(sqlId)
  }

  async execute(statement: Statement, scope: RequestScope): Promise<StatementResult> {
    const sql = this.resolve(statement.source)
    const began = performance.now()
    const outcome = await this.run({ sql }, scope, () =>
      runStatement(this.connection, prepareSingle(this.connection, sql), statement, scope.budget),
    )
    return {
      cols: outcome.cols,
      rows: outcome.rows,
      affected_row_count: outcome.changedRows ?? 0,
      last_insert_rowid: outcome.lastInsertRowid,
      query_duration_ms: performance.now() - began,
    }
  }

  /** Runs the steps whose condition holds; a step that fails is part of the result. */
  async batch(steps: readonly BatchStep[], scope: RequestScope): Promise<BatchResult> {
    const outcomes: StepOutcome[] = []
    const results: (StatementResult | null)[] = []
    const errors: (HranaError | null)[] = []
    for (const { condition, statement } of steps) {
      const progress = { outcomes, isAutocommit: () => this.isAutocommit }
      let result: StatementResult | null = null
      let error: HranaError | null = null
      if (condition === null || conditionHolds(condition, progress)) {
        try {
          result = await this.execute(statement, scope)
        } catch (thrown) {
          error = toHranaError(thrown)
        }
      }
      outcomes.push(result !== null ? 'ok' : error !== null ? 'error' : 'skipped')
      results.push(result)
      errors.push(error)
    }
    return { step_results: results, step_errors: errors }
  }

  /** Runs statement after statement up to the first that fails. SQLite itself says where each of them ends. */
  async sequence(source: SqlSource, scope: RequestScope): Promise<void> {
    const args = { args: [], namedArgs: [], wantRows: false }
    let rest = this.resolve(source)
    while (!isBlankSql(rest)) {
      const current = { sql: rest }
      await this.run(current, scope, () => {
        const prepared = this.connection.prepare(rest)
        current.sql = prepared.sql
        return runStatement(this.connection, prepared, args, scope.budget)
      })
      rest = rest.slice(current.sql.length)
    }
  }

  describe(source: SqlSource): DescribeResult {
    const prepared = prepareSingle(this.connection, this.resolve(source))
    return {
      params: findParameters(prepared.sql).map((name) => ({ name })),
      cols: readColumns(prepared.statement),
      is_explain: prepared.isExplain,
      is_readonly: !prepared.actions.writes && !WRITING_WORDS.has(commandWords(prepared.sql)),
    }
  }

  private resolve(source: SqlSource): string {
    if ('sql' in source) return source.sql
    const sql = this.stored.get(source.sqlId)
    if (sql === undefined)
      throw new StatementError('SQL_NOT_FOUND', `No SQL text is stored under the id ${source.sqlId}.`)
    return sql
  }

  /** One statement, tried again while a lock is in its way, and reported under the text that `current` has then. */
  private async run(
    current: { readonly sql: string },
    scope: RequestScope,
    attempt: () => StatementOutcome,
  ): Promise<StatementOutcome> {
    await takeTurns(scope)
    const began = performance.now()
    const report = (outcome: StatementReport['outcome']): void =>
      scope.onStatement({ sql: current.sql, durationMs: performance.now() - began, outcome })
    const wasInTransaction = this.connection.inTransaction
    try {
      const worthRetrying = (error: unknown): boolean => isWorthRetrying(error, this.connection.inTransaction)
      const outcome = await this.locks.retry(attempt, worthRetrying, scope.patience)
      report({ rows: outcome.cols.length > 0 ? outcome.rows.length : null, changedRows: outcome.changedRows })
      return outcome
    } catch (error) {
      report(toHranaError(error))
      throw error
    } finally {
      if (wasInTransaction && !this.connection.inTransaction) this.locks.released()
    }
  }
}

async function takeTurns(scope: RequestScope): Promise<void> {
  if (performance.now() - scope.turnBeganMs < TURN_MS) return
  await new Promise((resolve) => setImmediate(resolve))
  scope.turnBeganMs = performance.now()
}

/** Commands that touch the file although the authorizer hears nothing of a write (sqlite3_stmt_readonly). */
const WRITING_WORDS: ReadonlySet<string> = new Set(['VACUUM', 'BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'])

/** The words that name the command, without EXPLAIN before it. */
function commandWords(sql: string): string {
  const words = firstWords(sql, 5)
    .replace(/^EXPLAIN (?:QUERY PLAN )?/, '')
    .split(' ')
  return words[0] === 'BEGIN' ? words.slice(0, 2).join(' ') : (words[0] ?? '')
}
