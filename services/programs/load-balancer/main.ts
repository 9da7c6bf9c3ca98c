import { readFileSync } from 'node:fs'
import type { HaproxyCfg } from '../../protocols/haproxy-cfg/model.ts'
import { formatProblems, parseHaproxyCfg } from '../../protocols/haproxy-cfg/parse.ts'
import { requireLoopback } from '../kit/address.ts'
import { ConfigError, ProgramError, runProgram } from '../kit/program.ts'
import { LoadBalancer } from './load-balancer.ts'

await runProgram({
  name: 'load-balancer',
  summary: 'shares HTTP requests among servers, as a haproxy.cfg says',
  example: 'load-balancer --name lb-1 --config haproxy.cfg',
  options: {
    config: { type: 'string', short: 'f', value: 'FILE', required: true, help: 'the haproxy.cfg' },
    check: { type: 'boolean', short: 'c', help: 'only check the file; exit code 78 when something is wrong with it' },
  },
  async start({ options, log }) {
    const file = options.text('config')
    const config = readConfig(file)
    if (options.flag('check')) {
      process.stdout.write(`${file}: the configuration is valid\n`)
      return null
    }
    const balancer = new LoadBalancer(config, log, () => readConfig(file))
    await balancer.start()
    return { listening: balancer.listening, stop: () => balancer.stop() }
  },
})

function readConfig(file: string): HaproxyCfg {
  const { config, problems } = parseHaproxyCfg(readText(file))
  if (config === null) throw new ProgramError(formatProblems(file, problems))
  checkLoopback(file, config)
  return config
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ProgramError(
      code === 'ENOENT' ? `${file}: there is no such file` : `${file}: cannot be read (${code ?? String(error)})`,
    )
  }
}

/** Nothing of the lab listens where other machines could reach it. */
function checkLoopback(file: string, config: HaproxyCfg): void {
  const places = config.frontends.flatMap((frontend) => frontend.binds)
  const all = config.global.statsSocket ? [...places, config.global.statsSocket] : places
  for (const { address, port, line } of all) {
    try {
      requireLoopback({ host: address, port }, 'config')
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error
      throw new ConfigError(file, line, `${address} is not a loopback address (127.x.x.x); Hoplab listens nowhere else`)
    }
  }
}
