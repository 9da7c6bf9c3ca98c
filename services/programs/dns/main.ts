import { parseAddress, requireLoopback } from '../kit/address.ts'
import { withDnsFaults } from '../kit/dns/faulty-answerer.ts'
import { listenDnsTcp } from '../kit/dns/tcp-listener.ts'
import { listenUdp, type Listener } from '../kit/dns/udp-listener.ts'
import { EXIT, ProgramError, runProgram, type ProgramContext, type RunningProgram } from '../kit/program.ts'
import { describeZone, readZoneFile, requireDistinct } from './zone-files.ts'
import { warnAbout, ZoneStore } from './zone-store.ts'

await runProgram({
  name: 'dns',
  summary: 'authoritative DNS server for zone files (RFC 1035), by UDP and TCP; reads a file again when it changes',
  example: 'dns --name dns-1 --listen 127.10.0.53:8053 --zone foobar.com.zone',
  options: {
    listen: { type: 'string', value: 'ADDRESS:PORT', help: 'where to answer, by UDP and TCP' },
    zone: {
      type: 'string',
      value: 'FILE',
      help: 'zone file to serve; may be given several times',
      multiple: true,
      required: true,
    },
    check: { type: 'boolean', help: 'only check the zone files: exit code 0 when they are right' },
  },
  start: (context) => (context.options.flag('check') ? check(context) : serve(context)),
})

async function check({ options, log }: ProgramContext): Promise<null> {
  const zoneFiles = options.list('zone').map((file) => readZoneFile(file))
  requireDistinct(zoneFiles)
  for (const zoneFile of zoneFiles) {
    warnAbout(zoneFile, log)
    log.event({ what: 'zone checked', outcome: `${describeZone(zoneFile)}: ${zoneFile.file}`, level: 'good' })
  }
  return null
}

async function serve({ options, log }: ProgramContext): Promise<RunningProgram> {
  const listen = options.optional('listen')
  if (listen === null) throw new ProgramError('the option --listen is missing. Try --help.', EXIT.usage)
  const address = requireLoopback(parseAddress(listen, 'listen'), 'listen')
  const zones = new ZoneStore(options.list('zone'), log)
  // TCP first: for port 0 the system picks the port there, and UDP takes the same.
  const answerer = withDnsFaults(zones)
  const tcp = await listenDnsTcp(address, answerer, log)
  const udp = await listenUdp({ ...address, port: tcp.port }, answerer, log)
  return { listening: `${address.host}:${tcp.port} (udp and tcp)`, stop: () => stop(zones, [udp, tcp]) }
}

async function stop(zones: ZoneStore, listeners: readonly Listener[]): Promise<void> {
  zones.stop()
  await Promise.all(listeners.map((listener) => listener.stop()))
}
