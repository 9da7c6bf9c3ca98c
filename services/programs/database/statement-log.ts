import type { LogEvent } from '../kit/log.ts'
import { formatMs } from '../kit/http.ts'
import type { StatementReport } from './stream.ts'

/** As wide as the log's column, so that lines stay under each other. */
const SHOWN_CHARS = 34
/** What is cut off anyway need not be folded. */
const LOOKED_AT_CHARS = 200

/** A statement on one short line: `SELECT name, message FROM entri...` */
export function shortenSql(sql: string): string {
  const folded = sql.slice(0, LOOKED_AT_CHARS).replace(/\s+/g, ' ').trim()
  return folded.length <= SHOWN_CHARS ? folded : `${folded.slice(0, SHOWN_CHARS - 3)}...`
}

/** The log line of a statement: `3 rows in 0.4 ms  trace 4bf92f35`, or SQLite's error. `trace` as `traceSuffix` makes it. */
export function statementEvent(report: StatementReport, peer: string, trace: string): LogEvent {
  const time = formatMs(report.durationMs)
  const what = shortenSql(report.sql)
  const { outcome } = report
  if ('code' in outcome)
    return { what, peer, outcome: `${outcome.code}: ${outcome.message} (${time})${trace}`, level: 'warning' }
  return { what, peer, outcome: `${describe(outcome)} in ${time}${trace}` }
}

function describe(outcome: { readonly rows: number | null; readonly changedRows: number | null }): string {
  if (outcome.changedRows !== null) return `${countRows(outcome.changedRows)} changed`
  return outcome.rows === null ? 'done' : countRows(outcome.rows)
}

function countRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}
