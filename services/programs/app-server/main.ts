import { join } from 'node:path'
import { listenTcp, parseAddress, requireLoopback, type Address } from '../kit/address.ts'
import { EXIT, ProgramError, runProgram, type ProgramContext, type RunningProgram } from '../kit/program.ts'
import { findRelease } from '../kit/release.ts'
import { loadApplication } from './application.ts'
import { CapacityGate } from './capacity-gate.ts'
import { Database } from './database.ts'
import { reportStrayErrors, showConsole } from './person-code.ts'
import { createAppServer } from './server.ts'

await runProgram({
  name: 'app-server',
  summary: 'loads the application of the live release and runs it.',
  example:
    'app-server --name app-1 --listen 127.10.0.21:3000 --codebase server-1/foobar --database http://127.10.0.30:8090 --source 127.10.0.21',
  options: {
    listen: { type: 'string', value: 'ADDRESS:PORT', help: 'where to listen (required without --check)' },
    codebase: { type: 'string', value: 'DIR', required: true, help: 'folder with releases/ and the link current' },
    release: { type: 'string', value: 'NAME', help: 'run this release, whatever current points to' },
    'share-port': { type: 'boolean', help: 'a second process may listen on the same address (SO_REUSEPORT)' },
    database: { type: 'string', value: 'URL', help: 'the database, such as http://127.10.0.30:8090' },
    source: { type: 'string', value: 'ADDRESS', help: 'own address for connections to the database' },
    workers: { type: 'string', value: 'FILE', help: 'file with the modelled workers; watched while it runs' },
    check: { type: 'boolean', help: 'only load the application and exit: 0 when it loads' },
  },
  start,
})

async function start({ name, options, log }: ProgramContext): Promise<RunningProgram | null> {
  const check = options.flag('check')
  const address = readListen(options.optional('listen'), check)
  const database = readDatabase(options.optional('database'))
  const source = options.optional('source')
  if (source !== null) requireLoopback({ host: source, port: 0 }, 'source')

  const release = await findRelease(options.text('codebase'), options.optional('release'))
  showConsole(log)
  const app = await loadApplication(release)
  log.event({ what: `release ${release.name}`, outcome: `loaded ${app.file}`, level: 'good' })
  // A broken release is only to be tried: what it started by itself (timers, sockets) must not keep the check running.
  if (check || address === null) {
    log.flush()
    process.exit(0)
  }

  reportStrayErrors(log, release.dir)
  const workers = options.optional('workers')
  const service = createAppServer({
    name,
    release,
    address,
    app,
    shared: join(options.text('codebase'), 'shared'),
    database: new Database({
      url: database,
      source,
      onRefused: () => {
        if (database !== null)
          log.refused(database.hostname, Number(database.port), performance.timeOrigin + performance.now())
      },
    }),
    gate: workers === null ? null : new CapacityGate(workers, log),
    log,
  })
  const port = await listenTcp(service.server, address, options.flag('share-port'))
  return { listening: `http://${address.host}:${port}`, stop: () => service.stop(), handOver: () => service.handOver() }
}

function readListen(text: string | null, check: boolean): Address | null {
  if (text !== null) return requireLoopback(parseAddress(text, 'listen'), 'listen')
  if (check) return null
  throw new ProgramError('the option --listen is missing. Try --help.', EXIT.usage)
}

function readDatabase(text: string | null): URL | null {
  if (text === null) return null
  const url = URL.parse(text)
  if (url?.protocol === 'http:' && url.hostname !== '') return url
  throw new ProgramError(`--database wants a URL such as http://127.10.0.30:8090; it got "${text}".`, EXIT.usage)
}
