import { ResolverCache } from '../../protocols/dns/index.ts'
import { parseAddress, requireLoopback, type Address } from '../kit/address.ts'
import { withDnsFaults } from '../kit/dns/faulty-answerer.ts'
import { listenDnsTcp } from '../kit/dns/tcp-listener.ts'
import { listenUdp } from '../kit/dns/udp-listener.ts'
import { EXIT, ProgramError, runProgram, type ProgramContext, type RunningProgram } from '../kit/program.ts'
import { listenControl } from './control.ts'
import { Resolver } from './resolver.ts'
import { Upstream } from './upstream.ts'

/** Many more names than a lab has. */
const MAX_ENTRIES = 10_000
const LARGEST_TTL = 604_800

await runProgram({
  name: 'resolver',
  summary: 'caching DNS resolver: answers from its cache, and asks authoritative servers for what it does not know',
  example: 'resolver --name resolver-1 --listen 127.10.0.8:8053 --server 127.10.0.53:8053 --control 127.10.0.8:8953',
  options: {
    listen: { type: 'string', value: 'ADDRESS:PORT', required: true, help: 'where clients ask, by UDP and TCP' },
    server: {
      type: 'string',
      value: 'ADDRESS:PORT',
      help: 'authoritative server to ask; may be given several times, the next is asked when one fails',
      multiple: true,
      required: true,
    },
    control: { type: 'string', value: 'ADDRESS:PORT', help: 'where it takes dump_cache, flush NAME and flush_all' },
    source: { type: 'string', value: 'ADDRESS', help: 'own address for questions to the servers' },
    'max-ttl': { type: 'string', value: 'S', help: 'longest time that an answer is kept', default: '86400' },
    'max-negative-ttl': {
      type: 'string',
      value: 'S',
      help: 'the same for answers that there is nothing (RFC 2308)',
      default: '3600',
    },
  },
  start: serve,
})

async function serve({ options, log }: ProgramContext): Promise<RunningProgram> {
  const address = readAddress(options.text('listen'), 'listen')
  const servers = options.list('server').map((text) => readAddress(text, 'server'))
  const source = options.optional('source')
  if (source !== null) requireLoopback({ host: source, port: 0 }, 'source')
  const limits = {
    maxEntries: MAX_ENTRIES,
    maxTtlSeconds: readSeconds(options.text('max-ttl'), 'max-ttl'),
    maxNegativeTtlSeconds: readSeconds(options.text('max-negative-ttl'), 'max-negative-ttl'),
  }
  const cache = new ResolverCache(limits, Date.now)
  const upstream = new Upstream({ servers, source })
  const resolver = new Resolver(cache, upstream, log)
  // TCP first: for port 0 the system picks the port there, and UDP takes the same.
  const answerer = withDnsFaults(resolver)
  const tcp = await listenDnsTcp(address, answerer, log)
  const udp = await listenUdp({ ...address, port: tcp.port }, answerer, log)
  const control = options.optional('control')
  const closeControl =
    control === null
      ? () => Promise.resolve()
      : await listenControl(readAddress(control, 'control'), { cache, resolver, log })
  return {
    listening: `${address.host}:${tcp.port} (udp and tcp)`,
    stop: async () => {
      // Nobody's question is worth the wait for servers that may be gone as well.
      upstream.close()
      await resolver.idle()
      await Promise.all([udp.stop(), tcp.stop(), closeControl()])
    },
  }
}

function readAddress(text: string, option: string): Address {
  return requireLoopback(parseAddress(text, option), option)
}

function readSeconds(text: string, option: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > LARGEST_TTL)
    throw new ProgramError(`--${option} wants whole seconds up to ${LARGEST_TTL}; it got "${text}".`, EXIT.usage)
  return value
}
