import {
  expected,
  HranaFormatError,
  readArray,
  readBoolean,
  readInt32,
  readObject,
  readOptional,
  readString,
  type JsonObject,
} from './json-reader.ts'
import type {
  BatchCondition,
  BatchStep,
  HranaVersion,
  NamedArg,
  PipelineRequest,
  SqlSource,
  Statement,
  StreamRequest,
} from './messages.ts'
import { readValue } from './read-value.ts'

/** Conditions nest; nobody needs this many levels, and each costs a frame of the call stack. */
const MAX_CONDITION_DEPTH = 64

/**
 * Checks the parsed body of `POST /v2/pipeline` or `/v3/pipeline`. Fields that the protocol doesn't know are ignored,
 * as it demands (HRANA_3_SPEC, "Encoding"). Throws `HranaFormatError` naming the place.
 */
export function readPipelineRequest(json: unknown, version: HranaVersion): PipelineRequest {
  const body = readObject(json, '')
  return {
    baton: readOptional(body['baton'], 'baton', readString),
    requests: readArray(body['requests'], 'requests').map((request, index) =>
      readStreamRequest(request, `requests[${index}]`, version),
    ),
  }
}

function readStreamRequest(json: unknown, place: string, version: HranaVersion): StreamRequest {
  const request = readObject(json, place)
  const type = request['type']
  switch (type) {
    case 'execute':
      return { type, statement: readStatement(request['stmt'], `${place}.stmt`) }
    case 'batch':
      return { type, steps: readBatch(request['batch'], `${place}.batch`, version) }
    case 'sequence':
    case 'describe':
      return { type, source: readSqlSource(request, place) }
    case 'store_sql':
      return {
        type,
        sqlId: readInt32(request['sql_id'], `${place}.sql_id`),
        sql: readString(request['sql'], `${place}.sql`),
      }
    case 'close_sql':
      return { type, sqlId: readInt32(request['sql_id'], `${place}.sql_id`) }
    case 'get_autocommit':
      if (version < 3) throw new HranaFormatError(`${place}.type`, 'get_autocommit needs version 3 of the protocol')
      return { type }
    case 'close':
      return { type }
    default:
      throw expected(`${place}.type`, 'the name of a request', type)
  }
}

function readSqlSource(object: JsonObject, place: string): SqlSource {
  const sql = readOptional(object['sql'], `${place}.sql`, readString)
  const sqlId = readOptional(object['sql_id'], `${place}.sql_id`, readInt32)
  if (sql !== null && sqlId === null) return { sql }
  if (sqlId !== null && sql === null) return { sqlId }
  throw new HranaFormatError(place, 'must have exactly one of sql and sql_id')
}

function readStatement(json: unknown, place: string): Statement {
  const statement = readObject(json, place)
  return {
    source: readSqlSource(statement, place),
    args: readList(statement['args'], `${place}.args`, readValue),
    namedArgs: readList(statement['named_args'], `${place}.named_args`, readNamedArg),
    wantRows: readOptional(statement['want_rows'], `${place}.want_rows`, readBoolean) ?? true,
  }
}

function readList<T>(json: unknown, place: string, read: (item: unknown, place: string) => T): readonly T[] {
  const items = readOptional(json, place, readArray) ?? []
  return items.map((item, index) => read(item, `${place}[${index}]`))
}

function readNamedArg(json: unknown, place: string): NamedArg {
  const arg = readObject(json, place)
  return { name: readString(arg['name'], `${place}.name`), value: readValue(arg['value'], `${place}.value`) }
}

function readBatch(json: unknown, place: string, version: HranaVersion): readonly BatchStep[] {
  const batch = readObject(json, place)
  return readArray(batch['steps'], `${place}.steps`).map((item, index) => {
    const stepPlace = `${place}.steps[${index}]`
    const step = readObject(item, stepPlace)
    const readCondition = (value: unknown, conditionPlace: string): BatchCondition =>
      readBatchCondition(value, conditionPlace, { version, steps: index, depth: 0 })
    return {
      condition: readOptional(step['condition'], `${stepPlace}.condition`, readCondition),
      statement: readStatement(step['stmt'], `${stepPlace}.stmt`),
    }
  })
}

interface ConditionScope {
  readonly version: HranaVersion
  /** How many steps stand before the one that has this condition. */
  readonly steps: number
  readonly depth: number
}

function readBatchCondition(json: unknown, place: string, scope: ConditionScope): BatchCondition {
  if (scope.depth > MAX_CONDITION_DEPTH)
    throw new HranaFormatError(place, `is nested more than ${MAX_CONDITION_DEPTH} levels deep`)
  const condition = readObject(json, place)
  const inner = { ...scope, depth: scope.depth + 1 }
  const type = condition['type']
  switch (type) {
    case 'ok':
    case 'error': {
      const step = readInt32(condition['step'], `${place}.step`)
      if (step < 0 || step >= scope.steps) throw expected(`${place}.step`, 'the index of an earlier step', step)
      return { type, step }
    }
    case 'not':
      return { type, cond: readBatchCondition(condition['cond'], `${place}.cond`, inner) }
    case 'and':
    case 'or':
      return {
        type,
        conds: readArray(condition['conds'], `${place}.conds`).map((item, index) =>
          readBatchCondition(item, `${place}.conds[${index}]`, inner),
        ),
      }
    case 'is_autocommit':
      if (scope.version < 3) throw new HranaFormatError(place, 'is_autocommit needs version 3 of the protocol')
      return { type }
    default:
      throw expected(`${place}.type`, 'ok, error, not, and, or or is_autocommit', type)
  }
}
