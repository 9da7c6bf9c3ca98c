import { activeFaults } from '../kit/faults/active-faults.ts'
import type { Connection } from './connection.ts'

/** What SQLite starts with (https://www.sqlite.org/pragma.html#pragma_max_page_count). */
const NO_LIMIT = 4_294_967_294

/**
 * As on a full disk: the file may have no page more than it has, and a statement that would write meets SQLite's own
 * SQLITE_FULL. On a real disk also a row that fits into a page is refused, because its log has no room; so what the
 * statement meets is a write that needs a page. SQLite undoes it all by itself.
 */
export function meetFullDisk(connection: Connection, writes: boolean): void {
  const { diskFull } = activeFaults
  if (diskFull === null) return
  if (!writes) {
    diskFull.passed += 1
    return
  }
  connection.asServer((database) => {
    const figure = (name: string): number => {
      const [value] = database.prepare(`PRAGMA ${name}`).get() as unknown as [bigint]
      return Number(value)
    }
    const needed = (figure('freelist_count') + 2) * figure('page_size')
    database.exec('SAVEPOINT full_disk; PRAGMA max_page_count = 1')
    try {
      database.exec(`CREATE TABLE full_disk (x); INSERT INTO full_disk VALUES (zeroblob(${needed}))`)
    } catch (error) {
      if ((error as { errcode?: unknown }).errcode === SQLITE_FULL) diskFull.failed += 1
      throw error
    } finally {
      // SQLite may have ended the whole transaction, as it does when a disk is full.
      if (database.isTransaction) database.exec('ROLLBACK TO full_disk; RELEASE full_disk')
      database.exec(`PRAGMA max_page_count = ${NO_LIMIT}`)
    }
  })
}

const SQLITE_FULL = 13
