import { join } from 'node:path'
import { listenTcp, parseAddress, requireLoopback } from '../kit/address.ts'
import { runProgram, type ProgramContext, type RunningProgram } from '../kit/program.ts'
import { findRelease } from '../kit/release.ts'
import { AppProxy } from './app-proxy.ts'
import { PublicFiles } from './public-files.ts'
import { createWebServer } from './server.ts'

await runProgram({
  name: 'web-server',
  summary: 'serves the files of the live release; what is no file goes to the application server.',
  example:
    'web-server --name web-1 --listen 127.10.0.21:8080 --codebase server-1/foobar --app 127.10.0.21:3000 --source 127.10.0.21',
  options: {
    listen: { type: 'string', value: 'ADDRESS:PORT', required: true, help: 'where to listen' },
    codebase: { type: 'string', value: 'DIR', required: true, help: 'folder with releases/ and the link current' },
    app: { type: 'string', value: 'ADDRESS:PORT', required: true, help: 'the application server' },
    'app-name': { type: 'string', value: 'NAME', help: 'its name in the log and on error pages, until it answers' },
    source: { type: 'string', value: 'ADDRESS', help: 'own address for connections to the application server' },
  },
  start,
})

async function start({ name, options, log }: ProgramContext): Promise<RunningProgram> {
  const address = requireLoopback(parseAddress(options.text('listen'), 'listen'), 'listen')
  const app = requireLoopback(parseAddress(options.text('app'), 'app'), 'app')
  const source = options.optional('source')
  if (source !== null) requireLoopback({ host: source, port: 0 }, 'source')
  const release = await findRelease(options.text('codebase'), null)

  const files = await PublicFiles.open(join(release.dir, 'public'))
  log.event({ what: `release ${release.name}`, outcome: `serving ${files.root}` })
  const proxy = new AppProxy({
    name,
    app,
    appName: options.optional('app-name'),
    source,
    onRefused: () => log.refused(app.host, app.port, performance.timeOrigin + performance.now()),
  })
  log.event({ what: 'application', outcome: `what is no file goes to ${proxy.place()}` })

  const service = createWebServer({ name, release: release.name, files, proxy, log })
  const port = await listenTcp(service.server, address)
  return {
    listening: `http://${address.host}:${port}`,
    stop: async () => {
      await service.stop()
      proxy.close()
    },
  }
}
