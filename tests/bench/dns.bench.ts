import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encodeQuery, parseName, renderZone } from '../../services/protocols/dns/index.ts'
import { findTool } from '../tools.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

/** The built-in DNS server against dnsmasq: one small zone, one loopback address, dnsperf with the same queries, in turns. */

const ADDRESS = '127.20.1.60'
const PORTS = { ours: 20_560, dnsmasq: 20_561 }
const ROUNDS = 5
const SECONDS_PER_RUN = 3
const HOSTS = ['www', 'lb-1', 'web-1', 'web-2', 'db-1'].map((name, index) => ({
  name: `${name}.foobar.com`,
  address: `127.10.0.${10 + index}`,
}))
/** Neither server writes a line per query here; both do in the second comparison. */
const MODES = [
  { what: 'queries per second', logs: false, goal: { atLeast: 0.65 } },
  { what: 'queries per second, a log line for each', logs: true, goal: null },
] as const

type Server = keyof typeof PORTS

export const bench: Bench = {
  name: 'dns',
  tools: ['dnsmasq', 'dnsperf'],
  run: async (progress) => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-bench-dns-'))
    try {
      const files = await writeFiles(folder)
      const rows: BenchRow[] = []
      for (const mode of MODES) rows.push(await compare(mode, files, progress))
      return rows
    } finally {
      await rm(folder, { recursive: true })
    }
  },
}

interface BenchFiles {
  readonly zone: string
  readonly queries: string
}

async function writeFiles(folder: string): Promise<BenchFiles> {
  const zone = join(folder, 'foobar.com.zone')
  const queries = join(folder, 'queries.txt')
  const origin = 'foobar.com.'
  const soa = {
    primary: 'ns1',
    mailbox: 'hostmaster',
    serial: 1,
    refresh: 3600,
    retry: 900,
    expire: 604_800,
    minimum: 60,
  }
  const records = HOSTS.map(({ name, address }) => ({ name: `${name}.`, data: { type: 'A', address } as const }))
  const server = { name: 'ns1', data: { type: 'A', address: ADDRESS } as const }
  const ns = { name: '@', data: { type: 'NS', target: parseName('ns1', origin) } as const }
  await writeFile(zone, renderZone({ origin, ttl: 60, soa, records: [ns, server, ...records] }))
  await writeFile(queries, HOSTS.map(({ name }) => `${name} A\n`).join(''))
  return { zone, queries }
}

async function compare(
  mode: (typeof MODES)[number],
  files: BenchFiles,
  progress: (line: string) => void,
): Promise<BenchRow> {
  const servers = [startOurs(files, mode.logs), startDnsmasq(mode.logs)]
  try {
    await Promise.all([waitForAnswer('ours'), waitForAnswer('dnsmasq')])
    const rates: Record<Server, number[]> = { ours: [], dnsmasq: [] }
    for (const server of ['ours', 'dnsmasq'] as const) await measure(server, files.queries, 1)
    for (let round = 0; round < ROUNDS; round += 1) {
      // A B, then B A: whatever drifts, drifts for both.
      const order = round % 2 === 0 ? (['ours', 'dnsmasq'] as const) : (['dnsmasq', 'ours'] as const)
      for (const server of order) rates[server].push(await measure(server, files.queries, SECONDS_PER_RUN))
      progress(`dns, ${mode.what}: round ${round + 1} of ${ROUNDS}`)
    }
    const [ours, theirs] = [median(rates.ours), median(rates.dnsmasq)]
    const logging = mode.logs ? 'both write a line per query' : 'ours with --quiet, dnsmasq without query log'
    return {
      what: `dns: ${mode.what}`,
      against: 'dnsmasq, by dnsperf',
      value: median(rates.ours.map((rate, round) => rate / (rates.dnsmasq[round] ?? Number.NaN))),
      goal: mode.goal,
      detail: `${Math.round(ours)} against ${Math.round(theirs)} queries/s (${logging})`,
    }
  } finally {
    await Promise.all(servers.map((server) => end(server)))
  }
}

function startOurs({ zone }: BenchFiles, logs: boolean): ChildProcess {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const bundle = join(root, 'out/programs/dns.mjs')
  const program = existsSync(bundle) ? bundle : join(root, 'services/programs/dns/main.ts')
  const options = ['--listen', `${ADDRESS}:${PORTS.ours}`, '--zone', zone, ...(logs ? [] : ['--quiet'])]
  return spawn(process.execPath, [program, ...options], { stdio: ['ignore', 'ignore', 'inherit'] })
}

function startDnsmasq(logs: boolean): ChildProcess {
  const options = [
    '--no-daemon',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--bind-interfaces',
    `--listen-address=${ADDRESS}`,
    `--port=${PORTS.dnsmasq}`,
    '--local-ttl=60',
    ...HOSTS.map(({ name, address }) => `--host-record=${name},${address}`),
    ...(logs ? ['--log-queries', '--log-facility=/dev/null'] : []),
  ]
  return spawn(findTool('dnsmasq') ?? 'dnsmasq', options, { stdio: 'ignore' })
}

/** Asks until an answer comes. */
async function waitForAnswer(server: Server): Promise<void> {
  const socket = createSocket('udp4')
  const query = encodeQuery({ id: 1, name: HOSTS[0]?.name ?? '' })
  const ask = (): void => socket.send(query, PORTS[server], ADDRESS, () => undefined)
  const timer = setInterval(ask, 50)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('message', () => resolve())
      setTimeout(() => reject(new Error(`${server} did not answer within 10 s`)), 10_000).unref()
    })
  } finally {
    clearInterval(timer)
    socket.close()
  }
}

/** Queries per second over `seconds`, with dnsperf's own settings: one client, at most 100 queries under way. */
async function measure(server: Server, queries: string, seconds: number): Promise<number> {
  const options = [
    '-s',
    ADDRESS,
    '-p',
    String(PORTS[server]),
    '-d',
    queries,
    '-l',
    String(seconds),
    '-c',
    '4',
    '-q',
    '64',
  ]
  const { stdout } = await promisify(execFile)(findTool('dnsperf') ?? 'dnsperf', options)
  const rate = Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1])
  const lost = Number(/Queries lost:\s+(\d+)/.exec(stdout)?.[1])
  if (!(rate > 0) || lost > rate * 0.01) throw new Error(`dnsperf against ${server} went wrong:\n${stdout}`)
  return rate
}

function end(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill()
  })
}
