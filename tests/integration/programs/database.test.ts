import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createClient, type Client } from '@libsql/client/http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort, startProgram, type StartedProgram } from '../../programs.ts'

const ADDRESS = '127.20.3.1'

let folder = ''
let file = ''
let port = 0
let url = ''
let program: StartedProgram
let db: Client

async function start(...options: string[]): Promise<void> {
  program = startProgram('database', ['--name', 'db-1', '--listen', `${ADDRESS}:${port}`, '--file', file, ...options])
  await program.waitForLine(/ready/)
}

function useFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-database-'))
  file = join(folder, 'test.sqlite')
}

async function begin(...options: string[]): Promise<void> {
  useFolder()
  port = await freePort(ADDRESS)
  url = `http://${ADDRESS}:${port}`
  await start(...options)
  db = createClient({ url })
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, body)')
}

async function end(): Promise<void> {
  db.close()
  await program.kill()
  rmSync(folder, { recursive: true })
}

interface Answer {
  readonly baton: string | null
  readonly results: { type: string; response?: Record<string, unknown>; error?: { message: string; code: string } }[]
  readonly message?: string
  readonly code?: string
}

async function pipeline(
  requests: readonly unknown[],
  {
    baton = null,
    version = 3,
    headers = {},
  }: { baton?: string | null; version?: number; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer & { readonly status: number }> {
  const response = await fetch(`${url}/v${version}/pipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ baton, requests }),
  })
  return { status: response.status, ...((await response.json()) as Answer) }
}

const execute = (sql: string): unknown => ({ type: 'execute', stmt: { sql } })
const CLOSE = { type: 'close' }
const count = async (): Promise<unknown> => (await db.execute('SELECT count(*) AS n FROM t')).rows[0]?.['n']

describe('Hrana over HTTP', () => {
  beforeAll(() => begin())
  afterAll(end)

  it('says what it is, that it is well, and which versions it speaks', async () => {
    for (const [path, text] of [
      ['/', 'This is db-1'],
      ['/health', 'ok'],
      ['/v2', 'version 2'],
      ['/v3', 'version 3'],
    ] as const) {
      const response = await fetch(url + path)
      expect([response.status, response.headers.get('x-served-by')]).toEqual([200, 'db-1'])
      expect(await response.text()).toContain(text)
    }
  })

  it('refuses other paths and methods', async () => {
    const answers = await Promise.all([
      fetch(`${url}/v3-protobuf`),
      fetch(`${url}/v3/pipeline`),
      fetch(`${url}/v3`, { method: 'DELETE' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 405, 405])
    expect(answers.map((answer) => answer.headers.get('allow'))).toEqual([null, 'POST', 'GET, HEAD'])
    expect(answers.map((answer) => answer.headers.get('x-served-by'))).toEqual(['db-1', 'db-1', 'db-1'])
  })

  it('answers each request of a pipeline by its own type, also after an error', async () => {
    const { baton, results } = await pipeline([
      execute('SELECT 1'),
      execute('SELEC 2'),
      { type: 'batch', batch: { steps: [{ stmt: { sql: 'SELECT 3' } }] } },
      { type: 'sequence', sql: 'SELECT 4; SELECT 5' },
      { type: 'describe', sql: 'SELECT :a AS b' },
      { type: 'store_sql', sql_id: 1, sql: 'SELECT 6' },
      { type: 'execute', stmt: { sql_id: 1 } },
      { type: 'close_sql', sql_id: 1 },
      { type: 'get_autocommit' },
      CLOSE,
      execute('SELECT 7'),
    ])
    expect(baton).toBeNull()
    expect(results.map((result) => result.response?.['type'] ?? result.error?.code)).toEqual([
      'execute',
      'SQLITE_ERROR',
      'batch',
      'sequence',
      'describe',
      'store_sql',
      'execute',
      'close_sql',
      'get_autocommit',
      'close',
      'STREAM_CLOSED',
    ])
    expect(results[0]?.response?.['result']).toEqual({
      cols: [{ name: '1', decltype: null }],
      rows: [[{ type: 'integer', value: '1' }]],
      affected_row_count: 0,
      last_insert_rowid: null,
      query_duration_ms: expect.any(Number) as number,
    })
    expect(results[8]?.response).toEqual({ type: 'get_autocommit', is_autocommit: true })
  })

  it('keeps a stream by its batons, each good for one request', async () => {
    const first = await pipeline([execute('BEGIN'), execute('INSERT INTO t (body) VALUES (1)')])
    const second = await pipeline([{ type: 'get_autocommit' }], { baton: first.baton })
    expect(second.results[0]?.response).toMatchObject({ is_autocommit: false })
    const reused = await pipeline([execute('COMMIT')], { baton: first.baton })
    expect(reused).toMatchObject({ status: 400, code: 'BATON_REUSED' })
    const late = await pipeline([execute('COMMIT')], { baton: second.baton })
    expect(late).toMatchObject({ status: 400, code: 'STREAM_EXPIRED' })
    expect(await count()).toBe(0)
  })

  it.each([
    ['{"requests": [', 'application/json', 400, 'is not JSON'],
    ['{"requests": [{"type": "execute"}]}', 'application/json', 400, 'requests[0].stmt must be an object, not missing'],
    ['{"requests": []}', 'text/plain', 415, 'Content-Type: application/json'],
    [`{"requests": ["${'x'.repeat(17_000_000)}"]}`, 'application/json', 413, 'larger than'],
  ])('refuses the body %.30s as %s: %i, %s', async (body, type, status, sentence) => {
    const response = await fetch(`${url}/v2/pipeline`, { method: 'POST', headers: { 'content-type': type }, body })
    expect(response.status).toBe(status)
    expect(((await response.json()) as Answer).message).toContain(sentence)
    expect(response.headers.get('x-served-by')).toBe('db-1')
  })

  it('refuses text that is not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"requests": [], "x": "'), Buffer.from([0xff]), Buffer.from('"}')])
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/v3/pipeline`, { method: 'POST', headers, body })).status).toBe(400)
  })

  it('writes one line a statement, with the trace and errors in words', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await pipeline([execute('SELECT id,\n  body FROM t WHERE id > 12345'), execute('SELECT * FROM nowhere'), CLOSE], {
      headers: { traceparent },
    })
    expect(await program.waitForLine(/12345|SELECT id, body/)).toMatch(
      / SELECT id, body FROM t WHERE id\.\.\. {2,}127\.\S+ +0 rows in \d+(\.\d)? ms {2}trace 4bf92f35$/,
    )
    expect(await program.waitForLine(/FROM nowhere/)).toMatch(/SQLITE_ERROR: no such table: nowhere .*trace 4bf92f35$/)
  })

  it('closes a stream whose client left before its answer came', async () => {
    const holder = await db.transaction('write')
    await holder.execute('INSERT INTO t (body) VALUES (1)')
    // Its BEGIN has to wait for the lock, and its client does not.
    const body = JSON.stringify({ requests: [execute('BEGIN IMMEDIATE')] })
    const socket = connect(port, ADDRESS)
    const head = `POST /v3/pipeline HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
    socket.write(`${head}\r\n\r\n${body}`)
    await new Promise((resolve) => socket.once('ready', resolve))
    const { status } = await pipeline([execute('SELECT 1'), CLOSE])
    expect(status).toBe(200)
    socket.destroy()
    // The server has seen that nobody waits for the answer any more.
    await program.waitForLine(/BEGIN IMMEDIATE.*SQLITE_BUSY/)
    await holder.rollback()
    const next = await db.transaction('write')
    await next.execute('INSERT INTO t (body) VALUES (1)')
    await next.rollback()
  })
})

describe('streams that wait', () => {
  beforeEach(() => begin('--baton-timeout', '0.3', '--busy-timeout', '0.5', '--max-streams', '2'))
  afterEach(end)

  it('are rolled back after the time-out, and let others write', async () => {
    const { baton } = await pipeline([execute('BEGIN IMMEDIATE'), execute('INSERT INTO t (body) VALUES (1)')])
    await program.waitForLine(/stream expired.*idle for 0\.3 s: its transaction was rolled back/)
    expect(await pipeline([execute('COMMIT')], { baton })).toMatchObject({ status: 400, code: 'STREAM_EXPIRED' })
    await db.execute('INSERT INTO t (body) VALUES (2)')
    expect(await count()).toBe(1)
  })

  it('are not too many', async () => {
    for (let stream = 0; stream < 2; stream += 1) expect((await pipeline([])).status).toBe(200)
    expect(await pipeline([])).toMatchObject({ status: 503, code: 'STREAM_LIMIT' })
    await program.waitForLine(/stream expired/)
    expect((await pipeline([CLOSE])).status).toBe(200)
  })
})

describe('a lock that is held', () => {
  beforeEach(() => begin('--busy-timeout', '2'))
  afterEach(end)

  it('ends in SQLITE_BUSY after the limit, while readers and the holder go on', async () => {
    const holder = await db.transaction('write')
    await holder.execute('INSERT INTO t (body) VALUES (1)')
    const began = performance.now()
    let refused = false
    const waiting = db.execute('INSERT INTO t (body) VALUES (2)').catch((error: unknown) => {
      refused = true
      return error
    })
    expect(await count()).toBe(0)
    expect(refused).toBe(false)
    expect(await waiting).toMatchObject({ code: 'SQLITE_BUSY' })
    expect(performance.now() - began).toBeGreaterThanOrEqual(1980)
    await holder.commit()
    await db.execute('INSERT INTO t (body) VALUES (2)')
    expect(await count()).toBe(2)
  })

  it('by another program is waited for as well', async () => {
    const shell = new DatabaseSync(file)
    shell.exec('BEGIN IMMEDIATE; INSERT INTO t (body) VALUES (1)')
    const waiting = db.execute('INSERT INTO t (body) VALUES (2)')
    expect(await count()).toBe(0)
    shell.exec('COMMIT')
    shell.close()
    expect((await waiting).rowsAffected).toBe(1)
  })
})

describe('what was acknowledged', () => {
  beforeEach(() => begin())
  afterEach(end)

  it('is there after SIGKILL in the middle of writing', async () => {
    const acknowledged: bigint[] = []
    const write = async (writer: number): Promise<void> => {
      for (let number = 0; ; number += 1) {
        const args = [`writer ${writer}, number ${number}`]
        const { lastInsertRowid } = await db.execute({ sql: 'INSERT INTO t (body) VALUES (?) RETURNING id', args })
        if (lastInsertRowid !== undefined) acknowledged.push(lastInsertRowid)
        if (acknowledged.length === 60) void program.kill()
      }
    }
    const writers = [1, 2, 3, 4].map((writer) => write(writer).catch((error: unknown) => error))
    await program.exit
    await Promise.all(writers)
    expect(acknowledged.length).toBeGreaterThanOrEqual(60)

    await start()
    const { rows } = await db.execute('SELECT id FROM t ORDER BY id')
    const kept = new Set(rows.map((row) => BigInt(Number(row['id']))))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    expect((await db.execute('PRAGMA integrity_check')).rows[0]?.[0]).toBe('ok')
  })

  it('is all in the file after SIGTERM; what was open is rolled back', async () => {
    await db.execute("INSERT INTO t (body) VALUES ('kept')")
    const open = await db.transaction('write')
    await open.execute("INSERT INTO t (body) VALUES ('dropped')")
    // In flight, waiting for the lock that the open transaction holds.
    const inFlight = db.execute("INSERT INTO t (body) VALUES ('in flight')")
    expect(await count()).toBe(1)
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect((await inFlight).rowsAffected).toBe(1)
    expect(program.output()).toMatch(/1 idle, rolled back and closed[^]*the file is complete/)
    writeFileSync(join(folder, 'copy.sqlite'), readFileSync(file))
    const copy = new DatabaseSync(join(folder, 'copy.sqlite'))
    expect(
      copy
        .prepare('SELECT body FROM t ORDER BY id')
        .all()
        .map(({ body }) => body),
    ).toEqual(['kept', 'in flight'])
    copy.close()
  })

  it('ends in time although a client keeps its request half sent', async () => {
    const socket = connect(port, ADDRESS)
    socket.on('error', () => undefined)
    socket.write(
      'POST /v3/pipeline HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    )
    await new Promise((resolve) => socket.once('ready', resolve))
    expect(await count()).toBe(0)
    const began = performance.now()
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(5000)
    socket.destroy()
  })
})

describe('a start that fails', () => {
  beforeEach(useFolder)
  afterEach(() => rmSync(folder, { recursive: true }))

  async function failedStart(listen: string): Promise<{ readonly code: number | null; readonly output: string }> {
    const failing = startProgram('database', ['--listen', listen, '--file', file])
    const { code } = await failing.exit
    return { code, output: failing.output() }
  }

  it('says what is wrong with the file, and leaves it alone', async () => {
    writeFileSync(file, 'Dear diary')
    const { code, output } = await failedStart(`${ADDRESS}:${await freePort(ADDRESS)}`)
    expect(code).toBe(78)
    expect(output).toBe(
      `database: ${file}: is not an SQLite database. It was left as it is; move it away or name another file.\n`,
    )
    expect(readFileSync(file, 'utf8')).toBe('Dear diary')
  })

  it('says that the port is taken', async () => {
    const holder = createServer()
    const taken = await freePort(ADDRESS)
    await new Promise<void>((resolve) => holder.listen(taken, ADDRESS, resolve))
    const { code, output } = await failedStart(`${ADDRESS}:${taken}`)
    expect(code).toBe(69)
    expect(output).toContain(`port ${taken} on ${ADDRESS} is taken by another program`)
    holder.close()
  })

  it('listens on loopback only', async () => {
    const { code, output } = await failedStart('0.0.0.0:8090')
    expect(code).toBe(64)
    expect(output).toContain('0.0.0.0 is not a loopback address')
  })
})

it('--help names every option', async () => {
  const help = startProgram('database', ['--help'])
  expect(await help.exit).toEqual({ code: 0, signal: null })
  for (const option of ['listen', 'file', 'baton-timeout', 'busy-timeout', 'synchronous', 'max-streams', 'name'])
    expect(help.output()).toContain(`--${option} `)
})
