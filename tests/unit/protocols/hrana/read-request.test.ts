import { describe, expect, it } from 'vitest'
import { HranaFormatError } from '../../../../services/protocols/hrana/json-reader.ts'
import { readPipelineRequest } from '../../../../services/protocols/hrana/read-request.ts'

const read = (...requests: unknown[]) => readPipelineRequest({ baton: null, requests }, 3)

function reasonFor(body: unknown, version: 2 | 3 = 3): string {
  try {
    readPipelineRequest(body, version)
  } catch (error) {
    if (error instanceof HranaFormatError) return error.message
    throw error
  }
  return 'accepted'
}
const reasonForRequest = (request: unknown, version: 2 | 3 = 3): string => reasonFor({ requests: [request] }, version)
const batchWith = (...conditions: unknown[]): unknown => ({
  type: 'batch',
  batch: { steps: conditions.map((condition) => ({ condition, stmt: { sql: 'SELECT 1' } })) },
})

describe('a pipeline', () => {
  it('is read with its baton and requests', () => {
    expect(readPipelineRequest({ baton: 'b', requests: [{ type: 'close' }] }, 2)).toEqual({
      baton: 'b',
      requests: [{ type: 'close' }],
    })
  })

  it('may leave out the baton and carry fields that nobody knows', () => {
    expect(readPipelineRequest({ requests: [{ type: 'close', x: 1 }], y: 2 }, 3)).toEqual({
      baton: null,
      requests: [{ type: 'close' }],
    })
  })

  it.each([
    [null, 'The request body must be an object, not null.'],
    [[], 'The request body must be an object, not an array.'],
    [{}, 'requests must be an array, not missing.'],
    [{ baton: 7, requests: [] }, 'baton must be a string, not 7.'],
    [{ requests: [7] }, 'requests[0] must be an object, not 7.'],
    [{ requests: [{ type: 'drop' }] }, 'requests[0].type must be the name of a request, not "drop".'],
  ])('is rejected: %j', (body, reason) => {
    expect(reasonFor(body)).toBe(reason)
  })
})

describe('a statement', () => {
  it('gets the defaults of what is left out', () => {
    expect(read({ type: 'execute', stmt: { sql: 'SELECT 1' } }).requests[0]).toEqual({
      type: 'execute',
      statement: { source: { sql: 'SELECT 1' }, args: [], namedArgs: [], wantRows: true },
    })
  })

  it('is read in full', () => {
    const stmt = {
      sql_id: -5,
      args: [{ type: 'integer', value: '7' }, { type: 'null' }],
      named_args: [{ name: ':a', value: { type: 'blob', base64: 'AQ==' } }],
      want_rows: false,
    }
    expect(read({ type: 'execute', stmt }).requests[0]).toEqual({
      type: 'execute',
      statement: {
        source: { sqlId: -5 },
        args: [{ type: 'integer', value: '7' }, { type: 'null' }],
        namedArgs: [{ name: ':a', value: { type: 'blob', base64: 'AQ==' } }],
        wantRows: false,
      },
    })
  })

  it.each([
    [{}, 'requests[0].stmt must have exactly one of sql and sql_id.'],
    [{ sql: 'x', sql_id: 1 }, 'requests[0].stmt must have exactly one of sql and sql_id.'],
    [{ sql_id: 2 ** 31 }, 'requests[0].stmt.sql_id must be an integer of 32 bits, not 2147483648.'],
    [{ sql: 'x', want_rows: 1 }, 'requests[0].stmt.want_rows must be true or false, not 1.'],
    [{ sql: 'x', args: {} }, 'requests[0].stmt.args must be an array, not an object.'],
    [
      { sql: 'x', args: [{ type: 'null' }, { type: 'date' }] },
      'requests[0].stmt.args[1].type must be null, integer, float, text or blob, not "date".',
    ],
    [{ sql: 'x', args: [{ type: 'integer', value: 7 }] }, 'requests[0].stmt.args[0].value must be a string, not 7.'],
    [
      { sql: 'x', args: [{ type: 'integer', value: '9223372036854775808' }] },
      'requests[0].stmt.args[0].value must be an integer of 64 bits as a string, not "9223372036854775808".',
    ],
    [{ sql: 'x', args: [{ type: 'float', value: '1' }] }, 'requests[0].stmt.args[0].value must be a number, not "1".'],
    [
      { sql: 'x', named_args: [{ name: 'a', value: { type: 'blob', base64: '*' } }] },
      'requests[0].stmt.named_args[0].value.base64 must be base64, not "*".',
    ],
  ])('is rejected: %j', (stmt, reason) => {
    expect(reasonForRequest({ type: 'execute', stmt })).toBe(reason)
  })
})

describe('a batch', () => {
  it('is read with its conditions', () => {
    const condition = {
      type: 'and',
      conds: [{ type: 'not', cond: { type: 'ok', step: 0 } }, { type: 'is_autocommit' }],
    }
    const [request] = read(batchWith(null, condition)).requests
    expect(request?.type === 'batch' && request.steps.map((step) => step.condition)).toEqual([null, condition])
  })

  it.each([
    [{ type: 'ok', step: 1 }, 'condition.step must be the index of an earlier step, not 1.'],
    [{ type: 'error', step: -1 }, 'condition.step must be the index of an earlier step, not -1.'],
    [{ type: 'or', conds: [{ type: 'ok', step: 0 }, {}] }, 'condition.conds[1].type must be ok, error, not, and, or'],
  ])('is rejected: %j', (condition, reason) => {
    expect(reasonForRequest(batchWith(null, condition))).toContain(`requests[0].batch.steps[1].${reason}`)
  })

  it('may not nest conditions without end', () => {
    let condition: unknown = { type: 'is_autocommit' }
    for (let level = 0; level < 100_000; level += 1) condition = { type: 'not', cond: condition }
    expect(reasonForRequest(batchWith(condition))).toContain('nested more than')
  })
})

describe('version 2', () => {
  it('does not know what came with version 3', () => {
    expect(reasonForRequest({ type: 'get_autocommit' }, 2)).toContain('needs version 3')
    expect(reasonForRequest(batchWith({ type: 'is_autocommit' }), 2)).toContain('needs version 3')
    expect(reasonForRequest({ type: 'get_autocommit' }, 3)).toBe('accepted')
    expect(reasonForRequest(batchWith({ type: 'is_autocommit' }), 3)).toBe('accepted')
  })
})

describe('stored SQL texts', () => {
  it('are read', () => {
    expect(read({ type: 'store_sql', sql_id: 1, sql: 'x' }, { type: 'close_sql', sql_id: 1 }).requests).toEqual([
      { type: 'store_sql', sqlId: 1, sql: 'x' },
      { type: 'close_sql', sqlId: 1 },
    ])
    expect(read({ type: 'sequence', sql_id: 1 }, { type: 'describe', sql: 'x', sql_id: null }).requests).toEqual([
      { type: 'sequence', source: { sqlId: 1 } },
      { type: 'describe', source: { sql: 'x' } },
    ])
  })

  it('need an id and a text', () => {
    expect(reasonForRequest({ type: 'store_sql', sql_id: 1 })).toBe('requests[0].sql must be a string, not missing.')
    expect(reasonForRequest({ type: 'close_sql' })).toBe(
      'requests[0].sql_id must be an integer of 32 bits, not missing.',
    )
  })
})
