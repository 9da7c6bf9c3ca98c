import { resolve } from 'node:path'
import { listenTcp } from '../kit/address.ts'
import { runProgram, type ProgramContext, type RunningProgram } from '../kit/program.ts'
import { ConnectionPool } from './connection-pool.ts'
import { checkpoint, copyDatabaseFile, prepareDatabaseFile } from './database-file.ts'
import { LockQueue } from './lock-queue.ts'
import { DatabaseServer } from './server.ts'
import { OPTIONS, readSettings } from './settings.ts'
import { StreamStore } from './stream-store.ts'

await runProgram({
  name: 'database',
  summary: 'an SQLite file behind HTTP, for any libSQL client (Hrana over HTTP, versions 2 and 3).',
  example: 'database --name db-1 --listen 127.10.0.30:8090 --file foobar.sqlite',
  options: OPTIONS,
  start,
})

async function start({ name, options, log }: ProgramContext): Promise<RunningProgram | null> {
  const copy = options.optional('copy-to')
  if (copy !== null) {
    log.event({ what: `copy to ${copy}`, outcome: copyDatabaseFile(resolve(options.text('file')), resolve(copy)) })
    return null
  }
  const settings = readSettings(options)
  const { address, file } = settings
  log.event({ what: `file ${file}`, outcome: prepareDatabaseFile(file) })

  const pool = new ConnectionPool(file, settings.synchronous)
  const streams = new StreamStore({
    pool,
    locks: new LockQueue(),
    idleLimitMs: settings.batonTimeoutMs,
    maxStreams: settings.maxStreams,
    onExpired: (hadTransaction) => {
      const done = hadTransaction ? 'its transaction was rolled back' : 'it was closed'
      const outcome = `idle for ${settings.batonTimeoutMs / 1000} s: ${done}`
      log.event({ what: 'stream expired', outcome, level: 'warning' })
    },
  })
  const server = new DatabaseServer({ name, streams, busyTimeoutMs: settings.busyTimeoutMs, log })
  const port = await listenTcp(server.http.server, address)
  return {
    listening: `http://${address.host}:${port}`,
    stop: async () => {
      const ended = streams.endIdle()
      if (ended > 0) log.event({ what: 'streams', outcome: `${ended} idle, rolled back and closed` })
      await server.stop()
      pool.closeIdle()
      log.event({ what: 'checkpoint', outcome: checkpoint(file) })
    },
  }
}
