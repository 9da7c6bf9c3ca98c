import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { formatBytes } from '../kit/http.ts'
import { ProgramError } from '../kit/program.ts'
import { Connection } from './connection.ts'
import { sqliteCode, sqliteCodeName } from './errors.ts'

/** Every database file begins with this (https://www.sqlite.org/fileformat.html section 1.3.1). */
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1')
/** Above this the check of every page would hold up the start; SQLite then finds damage when it meets it. */
const FULL_CHECK_BYTES = 64 * 1024 * 1024
/** A copy waits for a checkpoint at most for so long. */
const COPY_BUSY_MS = 10_000

/**
 * Makes sure that the file is a sound database that can be written, or makes a new one where there is none, and sets
 * it to WAL mode. Returns what to say about it. Throws `ProgramError` with the file and a sentence; a file that is
 * something else, or broken, is left as it is.
 */
export function prepareDatabaseFile(file: string): string {
  const size = requireDatabase(file)
  let connection: Connection | null = null
  try {
    connection = new Connection(file)
    const { database } = connection
    const [mode] = database.prepare('PRAGMA journal_mode = WAL').get() as unknown as [string]
    if (mode !== 'wal')
      throw new ProgramError(`${file}: cannot be set to WAL mode (it stays in mode ${mode}). Does its disk allow it?`)
    if (size !== null && size <= FULL_CHECK_BYTES) requireSound(connection, file)
    // Fails at once when the file, its folder or the disk cannot be written.
    database.exec('BEGIN IMMEDIATE; ROLLBACK')
    const [tables] = database.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").get() as unknown as [
      bigint,
    ]
    return size === null || size === 0 ? 'new and empty' : `${tables} tables, ${formatBytes(size)}`
  } catch (error) {
    throw explain(error, file)
  } finally {
    connection?.close()
  }
}

/** The file's size; null when there is none. SQLite would take a file of one byte for an empty one and write over it. */
function requireDatabase(file: string): number | null {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new ProgramError(`${file}: cannot be read: ${(error as Error).message}. Check its permissions.`)
  }
  try {
    const stat = fstatSync(handle)
    if (!stat.isFile()) throw new ProgramError(`${file}: is not a file. Name a file, or one that does not exist yet.`)
    if (stat.size === 0) return 0
    const head = Buffer.alloc(MAGIC.length)
    readSync(handle, head, 0, head.length, 0)
    if (!head.equals(MAGIC))
      throw new ProgramError(
        `${file}: is not an SQLite database. It was left as it is; move it away or name another file.`,
      )
    return stat.size
  } finally {
    closeSync(handle)
  }
}

function requireSound(connection: Connection, file: string): void {
  const [finding] = connection.database.prepare('PRAGMA quick_check(1)').get() as unknown as [string]
  if (finding !== 'ok') throw damaged(file, finding)
}

function damaged(file: string, finding: string): ProgramError {
  return new ProgramError(
    `${file}: the database is damaged (${finding}). It was left as it is; restore a copy or move it away.`,
  )
}

function explain(error: unknown, file: string): unknown {
  const code = sqliteCode(error)
  if (code === null || !(error instanceof Error)) return error
  const name = sqliteCodeName(code)
  if (name === 'SQLITE_CORRUPT' || name === 'SQLITE_NOTADB') return damaged(file, error.message)
  if (name === 'SQLITE_CANTOPEN')
    return new ProgramError(`${file}: cannot be opened. Does its folder exist, and may this program write there?`)
  if (name === 'SQLITE_READONLY' || name === 'SQLITE_PERM')
    return new ProgramError(`${file}: cannot be written. Check the permissions of the file and its folder.`)
  if (name.startsWith('SQLITE_BUSY'))
    return new ProgramError(`${file}: another program is writing to it and holds the lock. End it and start again.`)
  return new ProgramError(`${file}: ${name}: ${error.message}.`)
}

/**
 * Writes the database as it is at one moment to a file that is not there yet, while others go on reading and writing
 * (SQLite's `VACUUM INTO`). Returns what to say about it. Throws `ProgramError`.
 */
export function copyDatabaseFile(file: string, copy: string): string {
  if (requireDatabase(file) === null) throw new ProgramError(`${file}: there is no such file.`)
  if (existsSync(copy)) throw new ProgramError(`${copy}: is there already. Name a file that is not there yet.`)
  let database: DatabaseSync | null = null
  try {
    // Not a connection as clients get one: those may attach no file.
    database = new DatabaseSync(file, { readOnly: true })
    database.exec(`PRAGMA busy_timeout = ${COPY_BUSY_MS}`)
    database.prepare('VACUUM INTO ?').run(copy)
    return formatBytes(statSync(copy).size)
  } catch (error) {
    throw explain(error, file)
  } finally {
    database?.close()
  }
}

/** Moves everything from the write-ahead log into the file, so that the file alone is the whole database. */
export function checkpoint(file: string): string {
  const connection = new Connection(file)
  try {
    const [busy] = connection.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as unknown as [bigint]
    return busy === 0n ? 'the file is complete' : 'another program reads the file, so its log stays beside it'
  } finally {
    connection.close()
  }
}
