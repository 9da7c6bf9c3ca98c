import type { WireValue } from './values.ts'

/**
 * The messages of Hrana over HTTP, versions 2 and 3 (libSQL: docs/HTTP_V2_SPEC.md and docs/HRANA_3_SPEC.md). Field
 * names are those of the wire. Requests appear here after they were checked (`read-request.ts`): what may be left out
 * on the wire has its default filled in.
 */

export const HRANA_VERSIONS = [2, 3] as const
export type HranaVersion = (typeof HRANA_VERSIONS)[number]

/** SQL text given directly, or the id of one that was stored with `store_sql`. */
export type SqlSource = { readonly sql: string } | { readonly sqlId: number }

export interface NamedArg {
  /** With or without its prefix (`:`, `@` or `$`). */
  readonly name: string
  readonly value: WireValue
}

export interface Statement {
  readonly source: SqlSource
  readonly args: readonly WireValue[]
  readonly namedArgs: readonly NamedArg[]
  readonly wantRows: boolean
}

export type BatchCondition =
  | { readonly type: 'ok' | 'error'; readonly step: number }
  | { readonly type: 'not'; readonly cond: BatchCondition }
  | { readonly type: 'and' | 'or'; readonly conds: readonly BatchCondition[] }
  | { readonly type: 'is_autocommit' }

export interface BatchStep {
  readonly condition: BatchCondition | null
  readonly statement: Statement
}

export type StreamRequest =
  | { readonly type: 'execute'; readonly statement: Statement }
  | { readonly type: 'batch'; readonly steps: readonly BatchStep[] }
  | { readonly type: 'sequence'; readonly source: SqlSource }
  | { readonly type: 'describe'; readonly source: SqlSource }
  | { readonly type: 'store_sql'; readonly sqlId: number; readonly sql: string }
  | { readonly type: 'close_sql'; readonly sqlId: number }
  | { readonly type: 'get_autocommit' }
  | { readonly type: 'close' }

export interface PipelineRequest {
  readonly baton: string | null
  readonly requests: readonly StreamRequest[]
}

/** The protocol's `Error` structure; `code` is SQLite's (`SQLITE_CONSTRAINT_UNIQUE`) or one of the server's own. */
export interface HranaError {
  readonly message: string
  readonly code: string
}

export interface Column {
  readonly name: string
  /** As it stands in CREATE TABLE; null for expressions. */
  readonly decltype: string | null
}

export interface StatementResult {
  readonly cols: readonly Column[]
  readonly rows: readonly (readonly WireValue[])[]
  readonly affected_row_count: number
  /** A 64-bit integer as text; null when the statement inserted nothing. */
  readonly last_insert_rowid: string | null
  /** Not in the specification, which lets peers ignore what they don't know; libSQL's own server sends it as well. */
  readonly query_duration_ms: number
}

export interface BatchResult {
  readonly step_results: readonly (StatementResult | null)[]
  readonly step_errors: readonly (HranaError | null)[]
}

export interface DescribeResult {
  readonly params: readonly { readonly name: string | null }[]
  readonly cols: readonly Column[]
  readonly is_explain: boolean
  readonly is_readonly: boolean
}

export type StreamResponse =
  | { readonly type: 'execute'; readonly result: StatementResult }
  | { readonly type: 'batch'; readonly result: BatchResult }
  | { readonly type: 'describe'; readonly result: DescribeResult }
  | { readonly type: 'get_autocommit'; readonly is_autocommit: boolean }
  | { readonly type: 'sequence' | 'store_sql' | 'close_sql' | 'close' }

export type StreamResult =
  { readonly type: 'ok'; readonly response: StreamResponse } | { readonly type: 'error'; readonly error: HranaError }

export interface PipelineResponse {
  /** Null when the stream has ended. */
  readonly baton: string | null
  /** Always null here: requests of a stream go to the same address again. */
  readonly base_url: null
  /** As many as there were requests, in their order. */
  readonly results: readonly StreamResult[]
}
