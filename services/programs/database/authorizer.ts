import { constants } from 'node:sqlite'

/** What compiling a statement told SQLite's authorizer about it. */
export interface StatementActions {
  /** It may change the file: data, schema or header. */
  readonly writes: boolean
  /** It is an INSERT, UPDATE or DELETE of a table's rows, so SQLite counts changed rows. */
  readonly changesRows: boolean
  readonly inserts: boolean
}

const WRITES: ReadonlySet<number> = new Set([
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
  constants.SQLITE_CREATE_INDEX,
  constants.SQLITE_CREATE_TABLE,
  constants.SQLITE_CREATE_TRIGGER,
  constants.SQLITE_CREATE_VIEW,
  constants.SQLITE_CREATE_VTABLE,
  constants.SQLITE_DROP_INDEX,
  constants.SQLITE_DROP_TABLE,
  constants.SQLITE_DROP_TRIGGER,
  constants.SQLITE_DROP_VIEW,
  constants.SQLITE_DROP_VTABLE,
  constants.SQLITE_ALTER_TABLE,
  constants.SQLITE_REINDEX,
  constants.SQLITE_ANALYZE,
])

/** What stays behind on a connection and would surprise the next stream that gets it. */
const LEAVES_TRACES: ReadonlySet<number> = new Set([
  constants.SQLITE_ATTACH,
  constants.SQLITE_DETACH,
  constants.SQLITE_CREATE_TEMP_INDEX,
  constants.SQLITE_CREATE_TEMP_TABLE,
  constants.SQLITE_CREATE_TEMP_TRIGGER,
  constants.SQLITE_CREATE_TEMP_VIEW,
])

/** PRAGMAs whose argument asks or acts once, instead of setting something on the connection. */
const PLAIN_PRAGMAS: ReadonlySet<string> = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
  'optimize',
  'wal_checkpoint',
  'incremental_vacuum',
])

/** PRAGMAs that write into the file's header. */
const HEADER_PRAGMAS: ReadonlySet<string> = new Set(['user_version', 'application_id', 'auto_vacuum', 'encoding'])

/** PRAGMAs with which one client could break what the server promises to all of them, and why. */
const SERVER_PRAGMAS: ReadonlyMap<string, string> = new Map([
  ['busy_timeout', 'waiting inside SQLite would stop everybody; the server itself waits for locks'],
  ['locking_mode', 'it would lock out every other client'],
  ['synchronous', 'it promises how safe a commit is (--synchronous)'],
  ['wal_autocheckpoint', 'the server keeps the log short'],
  ['schema_version', 'a wrong one corrupts the file for the other connections'],
  ['mmap_size', 'it is set for the whole server'],
  ['hard_heap_limit', 'it is set for the whole server'],
  ['soft_heap_limit', 'it is set for the whole server'],
  ['temp_store_directory', 'it is set for the whole server'],
  ['data_store_directory', 'it is set for the whole server'],
])

const SCHEMA_TABLES: ReadonlySet<string> = new Set(['sqlite_master', 'sqlite_temp_master'])

/**
 * Decides for one connection what its statements may do, and takes down what they are. One client's SQL must reach no
 * other file, block no other client, and leave nothing behind for the next one.
 */
export class Authorizer {
  private found = { writes: false, changesRows: false, inserts: false }
  private denial: string | null = null
  private traces = false

  /** Call before a statement is compiled. */
  begin(): void {
    this.found = { writes: false, changesRows: false, inserts: false }
    this.denial = null
  }

  /** What was found since `begin`. */
  get actions(): StatementActions {
    return this.found
  }

  /** Why the last statement was not allowed, as a sentence; null when it was. */
  get reason(): string | null {
    return this.denial
  }

  /** Whether the connection must not be given to another stream. */
  get leftTraces(): boolean {
    return this.traces
  }

  /** The callback for `DatabaseSync.setAuthorizer`; arguments as in https://www.sqlite.org/c3ref/c_alter_table.html. */
  readonly decide = (
    action: number,
    first: string | null,
    second: string | null,
    _db: unknown,
    by: unknown,
  ): number => {
    if (WRITES.has(action)) this.noteWrite(action, first, by)
    if (LEAVES_TRACES.has(action)) this.traces = true
    // VACUUM attaches a nameless file of its own; any name is another file.
    if (action === constants.SQLITE_ATTACH && first !== '')
      return this.deny('this server opens one file, so ATTACH and VACUUM INTO are not available')
    if (action === constants.SQLITE_PRAGMA && first !== null) return this.decidePragma(first.toLowerCase(), second)
    return constants.SQLITE_OK
  }

  private noteWrite(action: number, table: string | null, by: unknown): void {
    this.found.writes = true
    if (by !== null || table === null || SCHEMA_TABLES.has(table)) return
    this.found.inserts ||= action === constants.SQLITE_INSERT
    this.found.changesRows ||=
      action === constants.SQLITE_INSERT || action === constants.SQLITE_UPDATE || action === constants.SQLITE_DELETE
  }

  private decidePragma(name: string, value: string | null): number {
    if (value === null || PLAIN_PRAGMAS.has(name)) return constants.SQLITE_OK
    if (name === 'journal_mode') {
      if (value.toLowerCase() === 'wal') return constants.SQLITE_OK
      return this.deny('the server keeps its file in WAL mode, so that readers and the writer do not stop each other')
    }
    const why = SERVER_PRAGMAS.get(name)
    if (why !== undefined) return this.deny(`PRAGMA ${name} belongs to the server: ${why}`)
    this.found.writes ||= HEADER_PRAGMAS.has(name)
    this.traces ||= !HEADER_PRAGMAS.has(name)
    return constants.SQLITE_OK
  }

  private deny(reason: string): number {
    this.denial = reason
    return constants.SQLITE_DENY
  }
}
