import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import {
  CAPACITY_LIMITS,
  MAX_RING_BYTES,
  MAX_ZONE_TTL,
  MIN_RING_BYTES,
  RECORDING_MODES,
  REPORT_FORMATS,
  SERVICE_ACTIONS,
  STRATEGIES,
  ZONE_RECORD_TYPES,
  type RecordingMode,
  type ServiceAction,
  type Strategy,
  type ZoneRecordType,
} from '../contract/index.ts'
import { audit, type AuditChoice } from './commands/audit.ts'
import { balancing, capacity, ramp, type CapacityChoice, type RampChoice } from './commands/capacity.ts'
import { capture } from './commands/capture.ts'
import { compare, deploy, rollback, type CompareChoice, type DeployChoice } from './commands/deploy.ts'
import { act, down, request, status, topologies } from './commands/lab-commands.ts'
import {
  editZone,
  failover,
  flushCache,
  setRecords,
  showCache,
  showZones,
  type FailoverChoice,
  type SetChoice,
} from './commands/dns.ts'
import { logs } from './commands/logs.ts'
import { DEFAULT_PACKET_LIMIT, packets, type PacketsOptions } from './commands/packets.ts'
import { recording, type RecordingOptions } from './commands/recording.ts'
import { step, type StepOptions } from './commands/step.ts'
import { trace, type TraceOptions } from './commands/trace.ts'
import { traffic, type TrafficChoice } from './commands/traffic.ts'
import { DEFAULT_TOPOLOGY, startPlan, up } from './commands/up.ts'
import type { CommandContext, LabChoice } from './context.ts'
import { addDesignCommands } from './design-program.ts'
import { demo } from './demo/demo.ts'
import { addFileCommands, addSnapshotCommands } from './saving-program.ts'
import { addFaultCommands } from './fault-program.ts'
import type { TextStream } from './output.ts'

const CALL = 'npm run -s lab --'

const BYTES_PER_MIB = 1024 * 1024
/** What the engine takes as a pace. */
const PACE_MS = { min: 50, max: 600_000 } as const
const MAX_LIMIT = 1_000_000

const ACTION_HELP: Readonly<Record<ServiceAction, string>> = {
  start: 'start a service that is stopped or failed',
  stop: 'stop a service; it finishes what is in flight',
  kill: 'kill a service at once (SIGKILL)',
  freeze: 'freeze a service: it lives, but does nothing',
  resume: 'let a frozen service go on',
  restart: 'stop a service and start it again',
}

/** The command line as commander sees it. Parsing throws `CommanderError`; `context` is asked for when a command runs. */
export function createProgram(context: () => CommandContext, stdout: TextStream): Command {
  const program = new Command('lab')
    .description('Run and drive a Hoplab lab without a window: real DNS, load balancer, servers and database.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: () => undefined })
    .addHelpText('after', example('demo'))

  const command = (name: string, description: string, sample: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'print JSON with stable field names, for scripts')
      .addHelpText('after', example(sample))
  const labCommand = (name: string, description: string, sample: string): Command =>
    command(name, description, sample).option(
      '--lab <pid>',
      'which lab, when several run (default: the newest)',
      processId,
    )

  command('up', 'run a lab until Ctrl-C and print its addresses', `up ${DEFAULT_TOPOLOGY}`)
    .argument('[topology]', 'a topology (see "topologies"), or a YAML file of your own', DEFAULT_TOPOLOGY)
    .option(
      '--workspace <dir>',
      'folder for the files of the lab (default: one for each topology in your Hoplab folder)',
    )
    .action((topology: string, options: { workspace?: string }) =>
      up(context(), topology, startPlan(topology, options.workspace)),
    )

  labCommand('status', 'show the hosts and services of the running lab', 'status --json').action((options: LabChoice) =>
    status(context(), options),
  )

  labCommand('request', 'send a request as a browser would: DNS, connection, page, files', 'request')
    .argument('[url]', 'what to open, such as /guestbook (default: the front page of the lab)')
    .action((url: string | undefined, options: LabChoice) => request(context(), url, options))

  addNetworkCommands(labCommand, context)
  addDnsCommands(program, context)
  const fault = program
    .command('fault')
    .description('break services, hosts, links and DNS on purpose, and repair them')
    .addHelpText('after', example('fault list'))
  addFaultCommands(groupCommand(fault), context)
  addCapacityCommands(labCommand, context)

  for (const action of SERVICE_ACTIONS) {
    labCommand(action, ACTION_HELP[action], `${action} web-1`)
      .argument('<service>', 'the service; see "status"')
      .action((service: string, options: LabChoice) => act(context(), action, service, options))
  }

  labCommand('deploy', 'bring a release to the servers', 'deploy v2 --strategy rolling --rate 200')
    .argument('<release>', 'which release, or a folder of your own (./mine): it becomes a new one')
    .option('--to <host...>', 'only to these hosts (default: all that run the application)')
    .addOption(strategyOption())
    .option('--rate <r>', 'requests per second of traffic from 1 s before to 1 s after', positiveWhole)
    .action((release: string, options: DeployChoice) => deploy(context(), release, options))

  labCommand('rollback', 'bring every server back to the release it had before', 'rollback')
    .option('--rate <r>', 'requests per second of traffic from 1 s before to 1 s after', positiveWhole)
    .action((options: LabChoice & { rate?: number }) => rollback(context(), options))

  labCommand('compare', 'run strategies one after the other under the same traffic', 'compare --report table.html')
    .argument('[release]', 'what each of them brings (default: the next release after the live one)')
    .option(
      '--strategies <a,b>',
      `which ones, of ${STRATEGIES.join(', ')} (default: all that are possible)`,
      strategyList,
    )
    .option('--rate <r>', 'requests per second (default: 100)', positiveWhole)
    .option('--report <file>', 'write the table as FILE.csv, or as FILE.html with charts', reportFile)
    .action((release: string | undefined, options: CompareChoice) => compare(context(), release, options))

  addDesignCommands(labCommand, context)
  addFileCommands(command, labCommand, context)
  const snapshot = program
    .command('snapshot')
    .description('keep the databases and releases of a lab, and come back to them')
    .addHelpText('after', example('snapshot take'))
  addSnapshotCommands(groupCommand(snapshot), context)

  labCommand('logs', 'print what a service has logged', 'logs web-1 --follow')
    .argument('<service>', 'the service; see "status"')
    .option('-f, --follow', 'go on with what its terminal shows until Ctrl-C')
    .action((service: string, options: LabChoice & { follow?: boolean }) => logs(context(), service, options))

  labCommand('traffic', 'send requests on schedule and measure downtime and latency', 'traffic --rate 200 --for 10')
    .requiredOption('--rate <r>', 'requests per second, 1 to 2000', decimal)
    .requiredOption('--for <s>', 'for how many seconds', decimal)
    .option('--ramp-to <r>', 'the rate at the end; it changes evenly', decimal)
    .option('--url <url...>', 'paths of the site or whole addresses, in turn (default: the front page of the lab)')
    .option('--new-connections', 'a new connection for every request (default: keep them alive)')
    .option('--slow-ms <ms>', 'a success after more than this is slow (default: 500)', decimal)
    .action((options: TrafficChoice) => traffic(context(), options))

  labCommand('audit', 'look for single points of failure, and prove each by breaking it', 'audit --report audit.html')
    .addOption(new Option('--predict', 'only from the plan; nothing is broken').conflicts('prove'))
    .option('--prove', 'break and repair each part under traffic (default)')
    .option('--topology <name>', 'of a topology that does not run: it is started for the proof, and stopped again')
    .option('--report <file>', 'write the result as FILE.csv, or as FILE.html with a drawing', reportFile)
    .action((options: AuditChoice) => audit(context(), options))

  labCommand('down', 'stop the running lab', 'down').action((options: LabChoice) => down(context(), options))

  command('topologies', 'list the topologies that can be started', 'topologies').action(() => topologies(context()))

  command('demo', 'show the main job by itself in under a minute, and check every step', 'demo').action(() =>
    demo(context()),
  )
  return program
}

/** What the network cards recorded, and a request held at them. */
function addNetworkCommands(
  labCommand: (name: string, description: string, sample: string) => Command,
  context: () => CommandContext,
): void {
  labCommand('trace', 'send a request and show hop by hop what it led to', 'trace')
    .argument('[url]', 'what to open (default: the front page of the lab)')
    .option('--list', 'only list the requests that were traced')
    .option('--id <number>', 'only show an earlier trace', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .action((url: string | undefined, options: TraceOptions) => trace(context(), url, options))

  labCommand('packets', 'print the newest packets', 'packets --filter "http.status == 500 and host web-1" --follow')
    .option('--filter <filter>', 'which ones, for example: dns, http, host web-1, "link lb-1 > web-1", trace 3')
    .option('-f, --follow', 'go on with what comes until Ctrl-C')
    .option('--limit <number>', 'how many of the newest', wholeNumber(0, MAX_LIMIT), DEFAULT_PACKET_LIMIT)
    .action((options: PacketsOptions) => packets(context(), options))

  labCommand('capture', 'save what is recorded as a pcapng file, for Wireshark', 'capture lab.pcapng')
    .argument('<file>', 'the file to write')
    .action((file: string, options: LabChoice) => capture(context(), file, options))

  labCommand('step', 'send a request that waits at every network card until you let it go on', 'step --auto 1000')
    .argument('[url]', 'what to open (default: the front page of the lab)')
    .option('--auto <ms>', 'go on by itself after so many milliseconds', wholeNumber(PACE_MS.min, PACE_MS.max))
    .option('--cancel', 'give up the request that is being stepped through')
    .action((url: string | undefined, options: StepOptions) => step(context(), url, options))

  labCommand('recording', 'show or set what the network cards record', 'recording headers --ring 128')
    .addArgument(new Argument('[mode]', 'how much of each packet').choices(RECORDING_MODES))
    .option(
      '--ring <mib>',
      'room for packets in MiB; a new size forgets what is recorded',
      wholeNumber(MIN_RING_BYTES / BYTES_PER_MIB, MAX_RING_BYTES / BYTES_PER_MIB),
    )
    .action((mode: RecordingMode | undefined, options: RecordingOptions) => recording(context(), mode, options))
}

/** The modelled workers, ramps to the knee, and what the balancer chose. */
function addCapacityCommands(
  labCommand: (name: string, description: string, sample: string) => Command,
  context: () => CommandContext,
): void {
  const { maxWorkers, maxCostMs, maxQueue } = CAPACITY_LIMITS
  labCommand('capacity', 'show or set the modelled workers of application servers', 'capacity --workers 4 --cost 20')
    .argument('[service]', 'an application server (default: all)')
    .option('--workers <w>', 'requests that it works on at a time', wholeNumber(1, maxWorkers))
    .option('--cost <ms>', 'milliseconds of a worker that each dynamic request costs', wholeNumber(1, maxCostMs))
    .option('--queue <n>', 'requests that may wait; beyond that the answer is 503', wholeNumber(0, maxQueue))
    .option('--off', 'model nothing: answer as fast as the machine can')
    .action((service: string | undefined, options: CapacityChoice) => capacity(context(), service, options))

  labCommand('ramp', 'raise traffic step by step and find the knee', 'ramp --to 120 --step 10')
    .requiredOption('--to <r>', 'requests per second at the end, 1 to 2000', decimal)
    .option('--from <r>', 'at the beginning (default: two steps)', decimal)
    .option('--step <r>', 'by how much it grows (default: a twentieth of the end)', decimal)
    .option('--hold <s>', 'seconds for each step (default: 2)', decimal)
    .option('--url <path>', 'a dynamic page (default: the front page)')
    .option('--label <text>', 'what the curve is called')
    .option('--report <file>', 'write the steps as FILE.csv or FILE.json')
    .action((options: RampChoice) => ramp(context(), options))

  labCommand('balancing', 'show shares, stats and the last choices of the load balancer', 'balancing --limit 10')
    .option('--limit <n>', 'how many of the last choices', wholeNumber(0, 1000), 10)
    .action((options: LabChoice & { limit: number }) => balancing(context(), options))
}

/** `lab dns ...`: the zone, the resolver's cache, and ways past a lost server. */
function addDnsCommands(program: Command, context: () => CommandContext): void {
  const dns = program
    .command('dns')
    .description('the zone of the lab, the cache of its resolver, and failover by DNS')
    .addHelpText('after', example('dns show'))
  const command = groupCommand(dns)
  const ttl = wholeNumber(0, MAX_ZONE_TTL)

  command('show', 'print the records of the zone', 'dns show').action((options: LabChoice) =>
    showZones(context(), options),
  )
  command('cache', 'print what the resolver remembers, and for how long', 'dns cache').action((options: LabChoice) =>
    showCache(context(), options),
  )
  command('flush', 'let the resolver forget a name, or everything', 'dns flush www')
    .argument('[name]', 'www, or www.foobar.com (default: everything)')
    .action((name: string | undefined, options: LabChoice) => flushCache(context(), name, options))
  command('set', 'set the records of a name and type; the DNS server reads the zone again', 'dns set www A 127.10.0.21')
    .argument('<name>', 'relative to the zone, such as www; @ is the zone itself')
    .addArgument(new Argument('<type>', 'the type of the record').choices(ZONE_RECORD_TYPES))
    .argument('<data...>', 'an address, a name, ...; several make several records, which are answered in turn')
    .option('--ttl <s>', 'seconds that the answer may be kept (default: those of the zone)', ttl)
    .action((name: string, type: ZoneRecordType, data: readonly string[], options: SetChoice) =>
      setRecords(context(), { name, type, data }, options),
    )
  command('remove', 'remove the records of a name and type', 'dns remove shop CNAME')
    .argument('<name>', 'relative to the zone, such as www')
    .addArgument(new Argument('<type>', 'the type of the record').choices(ZONE_RECORD_TYPES))
    .action((name: string, type: ZoneRecordType, options: SetChoice) =>
      setRecords(context(), { name, type, data: [] }, options),
    )
  command('edit', 'replace the zone by a file, when there is no mistake in it', 'dns edit my.zone')
    .argument('<file>', 'a zone file (RFC 1035)')
    .action((file: string, options: LabChoice) => editZone(context(), file, options))
  command('failover', 'kill a server three times and measure what leads visitors past it', 'dns failover --ttl 10')
    .option('--rate <r>', 'requests per second (default: 20)', wholeNumber(1, 500))
    .option('--ttl <s>', 'seconds that the record may be kept (default: 5)', wholeNumber(1, 60))
    .action((options: FailoverChoice) => failover(context(), options))
}

/** Makes the commands of a group, such as `dns`. */
function groupCommand(group: Command): (name: string, description: string, sample: string) => Command {
  return (name, description, sample) =>
    group
      .command(name)
      .description(description)
      .option('--json', 'print JSON with stable field names, for scripts')
      .option('--lab <pid>', 'which lab, when several run (default: the newest)', processId)
      .addHelpText('after', example(sample))
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    throw new InvalidArgumentError(`A whole number from ${min} to ${max} is wanted.`)
  }
}

function example(call: string): string {
  return `\nExample:\n  ${CALL} ${call}`
}

function decimal(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

function positiveWhole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return value
}

function strategyOption(): Option {
  const help = 'how (default: rolling where a load balancer can drain servers, else restart)'
  return new Option('--strategy <s>', help).choices(STRATEGIES)
}

function strategyList(text: string): readonly Strategy[] {
  return text.split(',').map((word) => {
    const strategy = STRATEGIES.find((known) => known === word.trim())
    if (strategy === undefined) throw new InvalidArgumentError(`It must be some of ${STRATEGIES.join(',')}.`)
    return strategy
  })
}

function reportFile(file: string): CompareChoice['report'] {
  const format = REPORT_FORMATS.find((known) => file.endsWith(`.${known}`))
  if (format === undefined) throw new InvalidArgumentError('Its name must end in .html or .csv.')
  return { file, format }
}

function processId(text: string): number {
  const pid = Number(text)
  if (!Number.isInteger(pid) || pid <= 0) throw new InvalidArgumentError('A process id is a whole number above 0.')
  return pid
}
