import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { median, type Bench } from './bench.ts'

/** The database against an empty answer of node:http to the same requests: what SQL and the protocol cost on top of HTTP. */

const ADDRESS = '127.20.3.60'
const PORTS = { database: 20_760, empty: 20_761 }
const CONNECTIONS = 16
const ROUNDS = 5
const RUN_MS = 2_000
const ROWS = 1_000

type Side = keyof typeof PORTS

/** Takes the body in, as the database must, and answers a fixed JSON of about the same size. */
const EMPTY_SERVER = `require('node:http').createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 240 })
    response.end(Buffer.alloc(240, 32))
  })
}).listen(${PORTS.empty}, '${ADDRESS}', () => console.log('ready'))`

export const bench: Bench = {
  name: 'database',
  tools: [],
  run: async (progress) => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-bench-database-'))
    const file = join(folder, 'bench.sqlite')
    fill(file)
    const servers = [startDatabase(file), spawn(process.execPath, ['-e', EMPTY_SERVER])]
    try {
      await Promise.all(servers.map(untilReady))
      const rates: Record<Side, number[]> = { database: [], empty: [] }
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const side of ['database', 'empty'] as const) {
          const rate = await measure(side)
          // The first round warms both up.
          if (round > 0) rates[side].push(rate)
          progress(`${side}: ${Math.round(rate)} requests/s`)
        }
      }
      const [ours, theirs] = [median(rates.database), median(rates.empty)]
      const detail = `${Math.round(ours)} against ${Math.round(theirs)} requests/s, ${CONNECTIONS} connections`
      const what = 'SELECT by key, requests per second'
      return [{ what, against: 'an empty answer of node:http', value: ours / theirs, goal: null, detail }]
    } finally {
      await Promise.all(servers.map(end))
      await rm(folder, { recursive: true })
    }
  },
}

function fill(file: string): void {
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); BEGIN')
  const insert = database.prepare('INSERT INTO t (body) VALUES (?)')
  for (let row = 1; row <= ROWS; row += 1) insert.run(`row ${row}`)
  database.exec('COMMIT')
  database.close()
}

function startDatabase(file: string): ChildProcess {
  const bundled = fileURLToPath(new URL('../../out/programs/database.mjs', import.meta.url))
  const source = fileURLToPath(new URL('../../services/programs/database/main.ts', import.meta.url))
  const program = existsSync(bundled) ? bundled : source
  return spawn(process.execPath, [program, '--quiet', '--listen', `${ADDRESS}:${PORTS.database}`, '--file', file])
}

async function untilReady(server: ChildProcess): Promise<void> {
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  while (!output.includes('ready')) {
    if (server.exitCode !== null) throw new Error(`A server did not start: ${output}`)
    await Promise.race([once(server.stdout ?? server, 'data'), once(server, 'exit')])
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exit = once(server, 'exit')
  server.kill('SIGKILL')
  await exit
}

function bodyFor(id: number): string {
  const args = [{ type: 'integer', value: String(id) }]
  const stmt = { sql: 'SELECT id, body FROM t WHERE id = ?', args, want_rows: true }
  return JSON.stringify({ baton: null, requests: [{ type: 'execute', stmt }, { type: 'close' }] })
}

/** Requests per second, each connection asking again as soon as it has its answer. */
async function measure(side: Side): Promise<number> {
  const pool = new Pool(`http://${ADDRESS}:${PORTS[side]}`, { connections: CONNECTIONS, pipelining: 1 })
  const headers = { 'content-type': 'application/json' }
  const deadline = performance.now() + RUN_MS
  let answered = 0
  const ask = async (connection: number): Promise<void> => {
    for (let id = connection; performance.now() < deadline; id += 7) {
      const body = bodyFor((id % ROWS) + 1)
      const answer = await pool.request({ path: '/v3/pipeline', method: 'POST', headers, body })
      await answer.body.dump()
      if (answer.statusCode !== 200) throw new Error(`${side} answered ${answer.statusCode}`)
      answered += 1
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => ask(connection)))
  const rate = (answered * 1000) / (performance.now() - began)
  await pool.close()
  return rate
}
