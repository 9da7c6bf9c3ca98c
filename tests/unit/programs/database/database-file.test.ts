import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkpoint, prepareDatabaseFile } from '../../../../services/programs/database/database-file.ts'
import { ProgramError } from '../../../../services/programs/kit/program.ts'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-file-'))
  file = join(folder, 'test.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

function sentenceFor(path: string): string {
  try {
    return prepareDatabaseFile(path)
  } catch (error) {
    if (error instanceof ProgramError) return error.message
    throw error
  }
}

function makeDatabase(): void {
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE t (a); CREATE INDEX i ON t (a)')
  const insert = database.prepare('INSERT INTO t VALUES (?)')
  database.exec('BEGIN')
  for (let number = 0; number < 2000; number += 1) insert.run(`row ${number}`)
  database.exec('COMMIT')
  database.close()
}

describe('a database file', () => {
  it('is made where there is none', () => {
    expect(prepareDatabaseFile(file)).toBe('new and empty')
    const database = new DatabaseSync(file)
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })

  it('is taken as it is, and described', () => {
    makeDatabase()
    expect(prepareDatabaseFile(file)).toMatch(/^1 tables, \d+\.\d kB$/)
  })

  it.each([1, 10, 99, 512, 5000])('is not one of %d other bytes, which are left alone', (size) => {
    writeFileSync(file, 'x'.repeat(size))
    expect(sentenceFor(file)).toContain(`${file}: is not an SQLite database`)
    expect(readFileSync(file, 'utf8')).toBe('x'.repeat(size))
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  it('is refused when it is damaged, and left alone', () => {
    makeDatabase()
    const bytes = readFileSync(file)
    bytes.fill(0xff, 4096, 3 * 4096)
    writeFileSync(file, bytes)
    expect(sentenceFor(file)).toContain(`${file}: the database is damaged`)
    expect(readFileSync(file).subarray(100)).toEqual(bytes.subarray(100))
  })

  it('is refused when only its head is left', () => {
    makeDatabase()
    writeFileSync(file, readFileSync(file).subarray(0, 600))
    expect(sentenceFor(file)).toContain(`${file}: the database is damaged`)
  })

  it('is not a folder, and needs one', () => {
    mkdirSync(file)
    expect(sentenceFor(file)).toContain(`${file}: is not a file`)
    const nowhere = join(folder, 'nowhere', 'test.sqlite')
    expect(sentenceFor(nowhere)).toBe(
      `${nowhere}: cannot be opened. Does its folder exist, and may this program write there?`,
    )
  })

  it('is refused while another program writes', () => {
    prepareDatabaseFile(file)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    expect(sentenceFor(file)).toContain('another program is writing')
    other.close()
  })

  it('is complete after a checkpoint', () => {
    prepareDatabaseFile(file)
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)')
    expect(checkpoint(file)).toBe('the file is complete')
    writeFileSync(join(folder, 'copy.sqlite'), readFileSync(file))
    other.close()
    const copy = new DatabaseSync(join(folder, 'copy.sqlite'))
    expect(copy.prepare('SELECT a FROM t').get()).toEqual({ a: 1 })
    copy.close()
  })
})
