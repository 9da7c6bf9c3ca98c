import { HranaFormatError } from '../hrana/json-reader.ts'
import type { SqlSource, StreamRequest } from '../hrana/messages.ts'
import { readPipelineRequest } from '../hrana/read-request.ts'
import type { HranaOutcome } from './exchange.ts'

/** What a Hrana pipeline asks and answers, in a few words. */

const PIPELINE_PATH = /^\/v([23])\/pipeline(?:\?|$)/
/** Longer SQL is cut in lists. */
const SQL_CHARS = 200

export function isPipelinePath(method: string, target: string): boolean {
  return method === 'POST' && PIPELINE_PATH.test(target)
}

/** The SQL of a pipeline, one line a statement; requests without SQL by their type. Null when the body is no pipeline. */
export function readSql(body: string): string[] | null {
  try {
    return readPipelineRequest(JSON.parse(body), 3).requests.flatMap(sqlOf)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof HranaFormatError) return null
    throw error
  }
}

function sqlOf(request: StreamRequest): string[] {
  switch (request.type) {
    case 'execute':
      return [sourceText(request.statement.source)]
    case 'batch':
      return request.steps.map(({ statement }) => sourceText(statement.source))
    case 'sequence':
    case 'describe':
      return [sourceText(request.source)]
    case 'store_sql':
      return [oneLine(request.sql)]
    case 'close_sql':
    case 'get_autocommit':
    case 'close':
      return []
  }
}

function sourceText(source: SqlSource): string {
  return 'sql' in source ? oneLine(source.sql) : `SQL #${source.sqlId}`
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > SQL_CHARS ? `${line.slice(0, SQL_CHARS)}...` : line
}

/** Rows, changed rows and the first error of a pipeline's answer; null when the body is no such answer. */
export function readOutcome(body: string): HranaOutcome | null {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return null
  }
  const results = isObject(json) ? json['results'] : null
  if (!Array.isArray(results)) return null
  const found = { rows: 0, affected: 0, error: null as string | null }
  for (const result of results as unknown[]) addResult(found, result)
  return found
}

interface Tally {
  rows: number
  affected: number
  error: string | null
}

function addResult(found: Tally, result: unknown): void {
  if (!isObject(result)) return
  addError(found, result['error'])
  const response = isObject(result['response']) ? result['response'] : {}
  const inner = isObject(response['result']) ? response['result'] : {}
  addStatement(found, inner)
  for (const step of listOf(inner['step_results'])) addStatement(found, step)
  for (const error of listOf(inner['step_errors'])) addError(found, error)
}

function addStatement(found: Tally, result: unknown): void {
  if (!isObject(result)) return
  found.rows += listOf(result['rows']).length
  const affected = result['affected_row_count']
  if (typeof affected === 'number') found.affected += affected
}

function addError(found: Tally, error: unknown): void {
  if (!isObject(error)) return
  found.error ??= typeof error['message'] === 'string' ? error['message'] : 'error'
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
