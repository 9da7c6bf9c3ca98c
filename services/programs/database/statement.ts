import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { Column, NamedArg, Statement } from '../../protocols/hrana/messages.ts'
import { decodeValue, encodeValue, wireSize, type SqlValue, type WireValue } from '../../protocols/hrana/values.ts'
import { activeFaults } from '../kit/faults/active-faults.ts'
import type { Connection, PreparedStatement } from './connection.ts'
import { StatementError } from './errors.ts'
import { meetFullDisk } from './full-disk.ts'
import { findParameters, isBlankSql } from './sql-text.ts'

/** How much an answer may still grow, in characters; shared by all statements of one request. */
export interface ResponseBudget {
  chars: number
}

export interface StatementOutcome {
  readonly cols: readonly Column[]
  readonly rows: readonly (readonly WireValue[])[]
  /** Null for statements that don't change rows. */
  readonly changedRows: number | null
  readonly lastInsertRowid: string | null
}

/** Compiles a text that must hold exactly one statement (HRANA_3_SPEC, "Statements"). */
export function prepareSingle(connection: Connection, sql: string): PreparedStatement {
  if (isBlankSql(sql)) throw new StatementError('SQL_NO_STATEMENT', 'The SQL text contains no statement.')
  const prepared = connection.prepare(sql)
  if (!isBlankSql(sql.slice(prepared.sql.length)))
    throw new StatementError(
      'SQL_MANY_STATEMENTS',
      'The SQL text contains more than one statement. Use a batch or a sequence.',
    )
  return prepared
}

/** Runs a prepared statement to its end. Throws what SQLite throws; nothing of it is left running then. */
export function runStatement(
  connection: Connection,
  prepared: PreparedStatement,
  args: Pick<Statement, 'args' | 'namedArgs' | 'wantRows'>,
  budget: ResponseBudget,
): StatementOutcome {
  const { statement, actions } = prepared
  const bound = bindArgs(prepared.sql, args.args, args.namedArgs)
  try {
    if (activeFaults.diskFull !== null && !prepared.isExplain) meetFullDisk(connection, actions.writes)
    // Rows of a writing statement (RETURNING) are all there before the first is given out, and must not be cut off.
    const limit = actions.writes ? { chars: Number.POSITIVE_INFINITY } : budget
    const rows = args.wantRows || !actions.writes ? collectRows(statement, bound, args.wantRows, limit) : []
    if (!args.wantRows && actions.writes) statement.run(...bound)
    const counts = actions.changesRows && !prepared.isExplain ? readCounts(connection, actions.inserts) : NO_COUNTS
    return { cols: readColumns(statement), rows, ...counts }
  } catch (error) {
    throw connection.explain(error)
  }
}

/** Name and declared type of each result column. After the run, because a changed schema shows only then. */
export function readColumns(statement: StatementSync): readonly Column[] {
  return statement.columns().map(({ name, type }) => ({ name, decltype: type }))
}

type BoundArgs = [Record<string, SQLInputValue>, ...SQLInputValue[]]

/**
 * Matches arguments to parameters: by number, or by name with or without prefix; a name wins over a position. An
 * argument that the statement doesn't expect is an error, and so is a missing one.
 */
function bindArgs(sql: string, args: readonly WireValue[], namedArgs: readonly NamedArg[]): BoundArgs {
  const parameters = findParameters(sql)
  if (args.length > parameters.length)
    throw invalidArgs(`The statement has ${parameters.length} parameters, but ${args.length} arguments came with it.`)
  const byName = new Map(namedArgs.map((arg) => [matchName(arg.name, parameters), arg.value]))
  const named: Record<string, SQLInputValue> = {}
  const positional: SQLInputValue[] = []
  parameters.forEach((name, index) => {
    const value = (name === null ? undefined : byName.get(name)) ?? args[index]
    if (value === undefined) throw invalidArgs(`No argument came for parameter ${name ?? `number ${index + 1}`}.`)
    const sqlValue = decodeValue(value)
    // node:sqlite takes `?` and `?NNN` by position and skips those with a name.
    if (name === null || name.startsWith('?')) positional.push(sqlValue)
    else named[name] = sqlValue
  })
  return [named, ...positional]
}

const PREFIXES = [':', '@', '$', '?']

function matchName(name: string, parameters: readonly (string | null)[]): string {
  const candidates = PREFIXES.some((prefix) => name.startsWith(prefix))
    ? [name]
    : PREFIXES.map((prefix) => prefix + name)
  const match = candidates.find((candidate) => parameters.includes(candidate))
  if (match === undefined) throw invalidArgs(`The statement has no parameter named "${name}".`)
  return match
}

function invalidArgs(message: string): StatementError {
  return new StatementError('ARGS_INVALID', message)
}

function collectRows(
  statement: StatementSync,
  bound: BoundArgs,
  wanted: boolean,
  budget: ResponseBudget,
): readonly (readonly WireValue[])[] {
  const rows: WireValue[][] = []
  // With `returnArrays` each row is an array; the types know objects only.
  const source = budget.chars === Number.POSITIVE_INFINITY ? statement.all(...bound) : iterateSafely(statement, bound)
  for (const row of source as unknown as Iterable<readonly SqlValue[]>) {
    if (!wanted) continue
    for (const value of row) budget.chars -= wireSize(value)
    if (budget.chars < 0)
      throw new StatementError('RESPONSE_TOO_LARGE', 'The result is too large for one answer. Ask for less with LIMIT.')
    rows.push(row.map(encodeValue))
  }
  return rows
}

/** A name that no parameter has. */
const NO_SUCH_PARAMETER = { ' ': null }

/**
 * `iterate`, but reset after an error. node:sqlite leaves such a statement running, and a running statement keeps its
 * locks and holds back every later commit of the connection. Each call begins by resetting; this one goes no further.
 */
function* iterateSafely(statement: StatementSync, bound: BoundArgs): Generator<unknown> {
  try {
    yield* statement.iterate(...bound)
  } catch (error) {
    try {
      statement.all(NO_SUCH_PARAMETER)
    } catch {
      // Expected: either the parameter is unknown or the earlier error is told again.
    }
    throw error
  }
}

const NO_COUNTS = { changedRows: null, lastInsertRowid: null }

/** node:sqlite tells these only for statements without rows, so SQLite is asked, for all of them alike. */
function readCounts(
  connection: Connection,
  inserts: boolean,
): Pick<StatementOutcome, 'changedRows' | 'lastInsertRowid'> {
  const row = connection.countsQuery.get() as unknown as readonly [bigint, bigint]
  const changedRows = Number(row[0])
  return { changedRows, lastInsertRowid: inserts && changedRows > 0 ? String(row[1]) : null }
}
