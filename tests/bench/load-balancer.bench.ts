import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findProgram } from '../../electron/setup/find-program.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

/** The load balancer in front of nginx, against HAProxy with one thread and against proxies made of Node libraries. */

const ADDRESS = '127.20.2.90'
const NGINX_PORT = 20_290
const PORTS = { builtin: 20_291, haproxy: 20_292, httpxy: 20_293, undici: 20_294 } as const
type Side = keyof typeof PORTS
const SIDES = Object.keys(PORTS) as Side[]

const SIZES = [
  { name: '200 B', file: 'small', bytes: 200 },
  { name: '64 KiB', file: 'large', bytes: 64 * 1024 },
] as const

const CONNECTIONS = 32
const ROUNDS = 3
const RUN_SECONDS = 2
const WARM_UP_SECONDS = 1

const run = promisify(execFile)

export const bench: Bench = {
  name: 'load-balancer',
  tools: ['haproxy', 'nginx', 'wrk'],
  run: async (progress) => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-bench-lb-'))
    const children: ChildProcess[] = []
    try {
      children.push(await startNginx(folder))
      for (const side of SIDES) children.push(await startProxy(side, folder))
      const rows: BenchRow[] = []
      for (const size of SIZES) rows.push(...(await compare(size, progress)))
      return rows
    } finally {
      await Promise.all(children.map(end))
      await rm(folder, { recursive: true })
    }
  },
}

async function compare(size: (typeof SIZES)[number], progress: (line: string) => void): Promise<BenchRow[]> {
  const rates: Record<Side, number[]> = { builtin: [], haproxy: [], httpxy: [], undici: [] }
  for (const side of SIDES) await measure(side, size.file, WARM_UP_SECONDS)
  for (let round = 0; round < ROUNDS; round += 1)
    for (const side of SIDES) {
      const rate = await measure(side, size.file, RUN_SECONDS)
      rates[side].push(rate)
      progress(`${size.name}, ${side}: ${Math.round(rate)} requests/s`)
    }
  const of = (side: Side): number => median(rates[side])
  const fastest: Side = of('undici') > of('httpxy') ? 'undici' : 'httpxy'
  const row = (peer: Side, against: string, atLeast: number): BenchRow => ({
    what: `requests per second, ${size.name}`,
    against,
    value: of('builtin') / of(peer),
    goal: { atLeast },
    detail: `${Math.round(of('builtin'))} against ${Math.round(of(peer))} requests/s, ${CONNECTIONS} connections, keep-alive`,
  })
  return [row('haproxy', 'HAProxy, one thread', 0.55), row(fastest, `the fastest Node proxy library (${fastest})`, 1.5)]
}

async function measure(side: Side, file: string, seconds: number): Promise<number> {
  const url = `http://${ADDRESS}:${PORTS[side]}/${file}`
  const { stdout } = await run(tool('wrk'), ['-t1', `-c${CONNECTIONS}`, `-d${seconds}`, url])
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${side} failed requests:\n${stdout}`)
  return Number(/Requests\/sec:\s+([0-9.]+)/.exec(stdout)?.[1])
}

function tool(name: string): string {
  const path = findProgram(name)
  if (path === null) throw new Error(`${name} is not installed`)
  return path
}

async function startNginx(folder: string): Promise<ChildProcess> {
  const root = join(folder, 'www')
  await mkdir(root)
  for (const { file, bytes } of SIZES) await writeFile(join(root, file), 'x'.repeat(bytes))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const config = `worker_processes 1; master_process off; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type text/plain;
${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
server { listen ${ADDRESS}:${NGINX_PORT}; root ${root}; } }
`
  await writeFile(join(folder, 'nginx.conf'), config)
  const child = spawn(tool('nginx'), ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' })
  await untilListening(child, NGINX_PORT)
  return child
}

async function startProxy(side: Side, folder: string): Promise<ChildProcess> {
  const child = spawn(...(await proxyCommand(side, folder)), { stdio: 'ignore' })
  await untilListening(child, PORTS[side])
  return child
}

async function proxyCommand(side: Side, folder: string): Promise<[string, string[]]> {
  const target = `http://${ADDRESS}:${NGINX_PORT}`
  if (side === 'httpxy' || side === 'undici') {
    const script = fileURLToPath(new URL('load-balancer-proxies.ts', import.meta.url))
    return [process.execPath, [script, side, ADDRESS, String(PORTS[side]), target]]
  }
  const file = join(folder, `${side}.cfg`)
  await writeFile(file, haproxyCfg(PORTS[side]))
  if (side === 'haproxy') return [tool('haproxy'), ['-db', '-f', file]]
  const bundled = fileURLToPath(new URL('../../out/programs/load-balancer.mjs', import.meta.url))
  const source = fileURLToPath(new URL('../../services/programs/load-balancer/main.ts', import.meta.url))
  return [process.execPath, [existsSync(bundled) ? bundled : source, '--quiet', '--config', file]]
}

/** As the lab writes it, with one thread. */
function haproxyCfg(port: number): string {
  return `global
    maxconn 4096
    nbthread 1
defaults
    mode http
    timeout connect 2s
    timeout client 15m
    timeout server 15m
    option redispatch 1
    option forwardfor
    retries 3
    retry-on all-retryable-errors
frontend www
    bind ${ADDRESS}:${port}
    default_backend servers
backend servers
    balance roundrobin
    http-response add-header Via "1.1 lb-1"
    server web-1 ${ADDRESS}:${NGINX_PORT} source ${ADDRESS}
    server web-2 ${ADDRESS}:${NGINX_PORT} source ${ADDRESS}
`
}

/** Connects again and again until somebody listens. */
async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    const socket = connect(port, ADDRESS)
    const listening = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (listening) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
