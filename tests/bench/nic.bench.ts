import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findTool } from '../tools.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

/**
 * The NIC against HAProxy in TCP mode (one thread) and socat, in front of the same nginx, by wrk. Every round goes through
 * all of them in turn; ratios are taken within a round.
 */

const PORT = 20_680
const NGINX = '127.120.6.80'
const CONNECTIONS = 32
const ROUNDS = 3
const RUN_SECONDS = 1

const WAYS = {
  direct: NGINX,
  haproxy: '127.20.6.81',
  socat: '127.20.6.82',
  off: '127.20.6.83',
  headers: '127.20.6.84',
  full: '127.20.6.85',
} as const
type Way = keyof typeof WAYS
const ALL_WAYS = Object.keys(WAYS) as Way[]
const MODES = ['off', 'headers', 'full'] as const

interface Load {
  readonly what: string
  readonly path: string
  readonly keepAlive: boolean
  /** Goals with full recording. */
  readonly goals: { readonly haproxy: number; readonly socat: number | null }
}

const LOADS: readonly Load[] = [
  { what: '200 B, keep-alive', path: '/small', keepAlive: true, goals: { haproxy: 1, socat: null } },
  { what: '64 KiB, keep-alive', path: '/large', keepAlive: true, goals: { haproxy: 1, socat: null } },
  {
    what: '200 B, new connection per request',
    path: '/small',
    keepAlive: false,
    goals: { haproxy: 0.5, socat: 1.5 },
  },
]

export const bench: Bench = {
  name: 'nic',
  tools: ['nginx', 'haproxy', 'socat', 'wrk'],
  run: async (progress) => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-bench-nic-'))
    const children: ChildProcess[] = []
    try {
      children.push(await startNginx(folder))
      await waitForPort(WAYS.direct)
      children.push(await startHaproxy(folder), startSocat())
      for (const mode of MODES) children.push(await startNic(folder, mode))
      await Promise.all(ALL_WAYS.map((way) => waitForPort(WAYS[way])))
      const rows: BenchRow[] = []
      for (const load of LOADS) rows.push(...(await compare(load, progress)))
      return rows
    } finally {
      await Promise.all(children.map((child) => end(child)))
      await rm(folder, { recursive: true })
    }
  },
}

async function compare(load: Load, progress: (line: string) => void): Promise<BenchRow[]> {
  const rates = Object.fromEntries(ALL_WAYS.map((way) => [way, [] as number[]])) as Record<Way, number[]>
  // Compiled code and touched memory are what a lab that runs for hours has.
  for (const way of ALL_WAYS) await measure(WAYS[way], load)
  for (let round = 0; round < ROUNDS; round += 1) {
    // Another one begins each time: whatever drifts, drifts for all.
    const first = (round * 2) % ALL_WAYS.length
    for (const way of [...ALL_WAYS.slice(first), ...ALL_WAYS.slice(0, first)])
      rates[way].push(await measure(WAYS[way], load))
    progress(`nic, ${load.what}: round ${round + 1} of ${ROUNDS}`)
  }
  const ratio = (a: Way, b: Way): number =>
    median(rates[a].map((rate, round) => rate / (rates[b][round] ?? Number.NaN)))
  const row = (a: Way, b: Way, goal: number | null): BenchRow => ({
    what: `nic, ${load.what}: ${describeWay(a)}`,
    against: describeWay(b),
    value: ratio(a, b),
    goal: goal === null ? null : { atLeast: goal },
    detail: `${Math.round(median(rates[a]))} against ${Math.round(median(rates[b]))} requests/s`,
  })
  return [
    row('full', 'haproxy', load.goals.haproxy),
    row('headers', 'haproxy', null),
    row('off', 'haproxy', null),
    row('full', 'socat', load.goals.socat),
    row('full', 'direct', null),
    row('haproxy', 'direct', null),
  ]
}

function describeWay(way: Way): string {
  switch (way) {
    case 'direct':
      return 'nginx alone'
    case 'haproxy':
      return 'HAProxy, TCP mode, one thread'
    case 'socat':
      return 'socat'
    case 'off':
    case 'headers':
    case 'full':
      return `NIC, recording ${way}`
  }
}

/** Requests per second. Throws when any request failed. */
async function measure(address: string, load: Load): Promise<number> {
  const options = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${RUN_SECONDS}s`]
  if (!load.keepAlive) options.push('-H', 'Connection: close')
  const { stdout } = await promisify(execFile)(findTool('wrk') ?? 'wrk', [
    ...options,
    `http://${address}:${PORT}${load.path}`,
  ])
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  if (!(rate > 0) || /Non-2xx|Socket errors: .*(connect|write|timeout) [1-9]/.test(stdout))
    throw new Error(`wrk against ${address} went wrong:\n${stdout}`)
  return rate
}

async function startNginx(folder: string): Promise<ChildProcess> {
  const site = join(folder, 'site')
  // Started by root, nginx serves as somebody else.
  await chmod(folder, 0o755)
  await mkdir(site)
  await writeFile(join(site, 'small'), 'x'.repeat(200))
  await writeFile(join(site, 'large'), 'x'.repeat(64 * 1024))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const file = join(folder, 'nginx.conf')
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
     events { worker_connections 1024; }
     http {
       ${paths.join(' ')}
       access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 60s;
       server { listen ${NGINX}:${PORT} backlog=1024; root ${site}; }
     }`,
  )
  return spawn(findTool('nginx') ?? 'nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function startHaproxy(folder: string): Promise<ChildProcess> {
  const file = join(folder, 'haproxy.cfg')
  await writeFile(
    file,
    `global
  nbthread 1
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend in
  bind ${WAYS.haproxy}:${PORT}
  default_backend out
backend out
  server nginx ${NGINX}:${PORT}
`,
  )
  return spawn(findTool('haproxy') ?? 'haproxy', ['-db', '-f', file], { stdio: 'ignore' })
}

function startSocat(): ChildProcess {
  const listen = `TCP-LISTEN:${PORT},bind=${WAYS.socat},fork,reuseaddr,backlog=1024,nodelay`
  return spawn(findTool('socat') ?? 'socat', [listen, `TCP:${NGINX}:${PORT},nodelay`], { stdio: 'ignore' })
}

async function startNic(folder: string, recording: (typeof MODES)[number]): Promise<ChildProcess> {
  const file = join(folder, `nic-${recording}.json`)
  const host = { id: 'web-1', outer: WAYS[recording], inner: NGINX }
  const port = { host: 'web-1', service: 'web-1', transport: 'tcp', port: PORT }
  await writeFile(file, JSON.stringify({ hosts: [host], ports: [port], recording }))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const bundle = join(root, 'out/programs/nic.mjs')
  const program = existsSync(bundle) ? bundle : join(root, 'services/programs/nic/main.ts')
  return spawn(process.execPath, [program, '--config', file, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Connects until somebody accepts. */
async function waitForPort(address: string): Promise<void> {
  const untilMs = Date.now() + 10_000
  while (!(await accepts(address))) {
    if (Date.now() > untilMs) throw new Error(`nobody listened on ${address}:${PORT} within 10 s`)
  }
}

function accepts(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(PORT, address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => setTimeout(() => resolve(false), 20))
  })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}
