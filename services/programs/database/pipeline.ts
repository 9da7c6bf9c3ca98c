import type {
  HranaError,
  PipelineRequest,
  PipelineResponse,
  StreamRequest,
  StreamResponse,
  StreamResult,
} from '../../protocols/hrana/messages.ts'
import { toHranaError } from './errors.ts'
import type { OpenStream, StreamStore } from './stream-store.ts'
import type { RequestScope, SqlStream } from './stream.ts'

/**
 * Runs a pipeline on its stream, or on a new one. Every request is run, also after one that failed, so that results
 * match requests in number and order. Throws `StreamError` when there is no such stream, and SQLite's error when the
 * file cannot be opened; the stream is closed then, as the client takes it for lost.
 */
export async function runPipeline(
  streams: StreamStore,
  pipeline: PipelineRequest,
  scope: RequestScope,
): Promise<PipelineResponse> {
  const stream = pipeline.baton === null ? streams.open() : streams.take(pipeline.baton)
  try {
    const results: StreamResult[] = []
    let closed = false
    for (const request of pipeline.requests) {
      results.push(closed ? { type: 'error', error: STREAM_CLOSED } : await answer(stream.sql, request, scope))
      closed ||= request.type === 'close'
    }
    return { baton: finish(streams, stream, closed || scope.patience.isCancelled()), base_url: null, results }
  } catch (error) {
    streams.close(stream)
    throw error
  }
}

const STREAM_CLOSED: HranaError = { message: 'The stream was closed by an earlier request.', code: 'STREAM_CLOSED' }

function finish(streams: StreamStore, stream: OpenStream, closed: boolean): string | null {
  if (!closed) return streams.giveBack(stream)
  streams.close(stream)
  return null
}

async function answer(sql: SqlStream, request: StreamRequest, scope: RequestScope): Promise<StreamResult> {
  try {
    return { type: 'ok', response: await run(sql, request, scope) }
  } catch (error) {
    return { type: 'error', error: toHranaError(error) }
  }
}

async function run(sql: SqlStream, request: StreamRequest, scope: RequestScope): Promise<StreamResponse> {
  switch (request.type) {
    case 'execute':
      return { type: 'execute', result: await sql.execute(request.statement, scope) }
    case 'batch':
      return { type: 'batch', result: await sql.batch(request.steps, scope) }
    case 'sequence':
      await sql.sequence(request.source, scope)
      break
    case 'describe':
      return { type: 'describe', result: sql.describe(request.source) }
    case 'get_autocommit':
      return { type: 'get_autocommit', is_autocommit: sql.isAutocommit }
    case 'store_sql':
      sql.storeSql(request.sqlId, request.sql)
      break
    case 'close_sql':
      sql.closeSql(request.sqlId)
      break
    case 'close':
      break
  }
  return { type: request.type }
}
