import { TRAFFIC_DEFAULTS, TRAFFIC_LIMITS } from '../../protocols/traffic/limits.ts'
import { parseSteps, type ScheduleSpec } from '../../protocols/traffic/schedule.ts'
import { parseAddress, requireLoopback, type Address } from '../kit/address.ts'
import { EXIT, ProgramError, type OptionSpec, type ProgramOptions } from '../kit/program.ts'
import { isLoopback, readTarget, type Target } from './target.ts'

export const OPTIONS = {
  rate: { type: 'string', value: 'R', required: true, help: `requests per second, up to ${TRAFFIC_LIMITS.maxRate}` },
  seconds: { type: 'string', value: 'S', help: 'how long requests are due (default: until it is told to stop)' },
  'ramp-to': { type: 'string', value: 'R', help: 'the rate at the end; it changes evenly over --seconds' },
  steps: { type: 'string', value: 'RxS,...', help: 'rates held for so many seconds, one after the other' },
  url: {
    type: 'string',
    value: '[WEIGHT*]URL',
    multiple: true,
    help: 'what to get; several make a mix, by weight (at least one)',
  },
  dns: { type: 'string', value: 'ADDRESS:PORT', help: 'the DNS server that knows the names in the URLs' },
  source: { type: 'string', value: 'ADDRESS', help: 'the loopback address that connections come from' },
  'new-connections': { type: 'boolean', help: 'a new connection for every request (default: keep them alive)' },
  'slow-ms': { type: 'string', value: 'MS', help: 'a success after more than this is slow', default: '500' },
  'timeout-ms': { type: 'string', value: 'MS', help: 'an answer that takes longer is given up', default: '5000' },
  json: { type: 'boolean', help: 'print one JSON value a line: a second each, then the result' },
} as const satisfies Readonly<Record<string, OptionSpec>>

export interface TrafficOptions extends ScheduleSpec {
  readonly targets: readonly Target[]
  readonly connections: 'keep-alive' | 'new'
  readonly dns: Address | null
  readonly source: string | null
  readonly slowMs: number
  readonly timeoutMs: number
}

/** Throws `ProgramError` with what is wrong. */
export function readOptions(options: ProgramOptions): TrafficOptions {
  const { minRate, maxRate, maxSeconds, maxSlowMs, minTimeoutMs, maxTimeoutMs } = TRAFFIC_LIMITS
  const connections = options.flag('new-connections') ? 'new' : 'keep-alive'
  const dns = options.optional('dns')
  const targets = options.list('url').map((text) => readTarget(text, connections))
  if (targets.length === 0) throw new ProgramError('the option --url is missing. Try --help.', EXIT.usage)
  const named = targets.find((target) => !target.isAddress)
  if (named !== undefined && dns === null)
    throw new ProgramError(`--url ${named.name}: a name needs a DNS server (--dns).`, EXIT.usage)
  const wanted = {
    targets,
    connections,
    rate: readNumber(options, 'rate', minRate, maxRate) ?? minRate,
    steps: readSteps(options.optional('steps')),
    seconds: readNumber(options, 'seconds', 0.001, maxSeconds),
    rampTo: readNumber(options, 'ramp-to', minRate, maxRate),
    dns: dns === null ? null : requireLoopback(parseAddress(dns, 'dns'), 'dns'),
    source: readSource(options.optional('source')),
    slowMs: readNumber(options, 'slow-ms', 0.001, maxSlowMs) ?? TRAFFIC_DEFAULTS.slowMs,
    timeoutMs: readNumber(options, 'timeout-ms', minTimeoutMs, maxTimeoutMs) ?? TRAFFIC_DEFAULTS.timeoutMs,
  } as const
  if (wanted.rampTo !== null && wanted.seconds === null)
    throw new ProgramError('--ramp-to needs --seconds: a ramp has an end.', EXIT.usage)
  return wanted
}

function readNumber(options: ProgramOptions, name: string, least: number, most: number): number | null {
  const text = options.optional(name)
  if (text === null) return null
  const value = Number(text)
  if (text.trim() === '' || !(value >= least && value <= most))
    throw new ProgramError(`--${name} wants a number from ${least} to ${most}; it got "${text}".`, EXIT.usage)
  return value
}

function readSteps(text: string | null): TrafficOptions['steps'] {
  const steps = text === null ? undefined : parseSteps(text)
  if (steps === null) throw new ProgramError(`--steps wants a list such as 10x2,20x2; it got "${text}".`, EXIT.usage)
  return steps
}

function readSource(text: string | null): string | null {
  if (text !== null && !isLoopback(text))
    throw new ProgramError(`--source: ${text} is not a loopback address (127.x.x.x).`, EXIT.usage)
  return text
}
