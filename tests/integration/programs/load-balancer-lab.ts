import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server as HttpServer } from 'node:http'
import { connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, startProgram, type StartedProgram } from '../../programs.ts'

/** A balancer as a real process, and servers behind it, for the integration tests. */

export const BALANCER = '127.20.2.10'
export const WEB = ['127.20.2.21', '127.20.2.22', '127.20.2.23'] as const

export interface BalancerPlan {
  /** Lines of `backend servers`, `server` lines first of all. */
  readonly backend: readonly string[]
  /** Lines added to `defaults`; later ones win. */
  readonly defaults?: readonly string[]
  readonly frontend?: readonly string[]
  readonly level?: string
  readonly args?: readonly string[]
}

export interface RunningBalancer {
  readonly program: StartedProgram
  readonly port: number
  readonly url: string
  readonly statsPort: number
  /** Asks the runtime API one line and gives the whole answer. */
  command(line: string): Promise<string>
  stop(): Promise<void>
}

export function balancerConfig(plan: BalancerPlan, port: number, statsPort: number): string {
  const lines = (all: readonly string[] = []): string => all.map((line) => `    ${line}\n`).join('')
  return `global
    stats socket ipv4@${BALANCER}:${statsPort} level ${plan.level ?? 'admin'}
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
    timeout check 5s
    option redispatch 1
    option forwardfor
    retries 3
    retry-on all-retryable-errors
${lines(plan.defaults)}frontend www
    bind ${BALANCER}:${port}
    default_backend servers
${lines(plan.frontend)}backend servers
${lines(plan.backend)}`
}

export async function startBalancer(plan: BalancerPlan): Promise<RunningBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'hoplab-lb-'))
  const port = await freePort(BALANCER)
  const statsPort = await freePort(BALANCER)
  const file = join(folder, 'haproxy.cfg')
  await writeFile(file, balancerConfig(plan, port, statsPort))
  const program = startProgram('load-balancer', ['--name', 'lb-1', '--config', file, ...(plan.args ?? [])])
  await program.waitForLine(/ready .*listening/)
  return {
    program,
    port,
    url: `http://${BALANCER}:${port}`,
    statsPort,
    command: (line) => askRuntimeApi(statsPort, line),
    async stop() {
      await program.stop()
      await rm(folder, { recursive: true })
    },
  }
}

/** One line to a stats socket, everything that it answers. */
export function askRuntimeApi(port: number, line: string, address: string = BALANCER): Promise<string> {
  return exchange(port, `${line}\n`, { address })
}

/** Sends bytes, reads until the other side closes (or `until` says that it is enough). */
export function exchange(
  port: number,
  bytes: string,
  options: { readonly address?: string; readonly until?: (text: string) => boolean; readonly halfClose?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: options.address ?? BALANCER, port, allowHalfOpen: true })
    let text = ''
    const finish = (): void => {
      socket.destroy()
      resolve(text)
    }
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (options.until?.(text)) finish()
    })
    socket.on('end', finish)
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? finish() : reject(error)))
    socket.write(bytes, 'latin1')
    if (options.halfClose) socket.end()
  })
}

/** A client's socket to play with by hand. */
export async function openSocket(
  port: number,
): Promise<{ socket: Socket; received: () => string; waitFor: (pattern: RegExp) => Promise<string> }> {
  const socket = connect({ host: BALANCER, port, allowHalfOpen: true })
  let text = ''
  const watchers = new Set<() => void>()
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  socket.on('data', (chunk: string) => {
    text += chunk
    watchers.forEach((watcher) => watcher())
  })
  socket.on('close', () => watchers.forEach((watcher) => watcher()))
  await once(socket, 'connect')
  const waitFor = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(text)) resolve(text)
        else if (socket.destroyed) reject(new Error(`the connection closed without ${pattern}:\n${text}`))
        else return
        watchers.delete(look)
      }
      watchers.add(look)
      look()
    })
  return { socket, received: () => text, waitFor }
}

export interface RunningServer {
  readonly port: number
  readonly server: HttpServer | TcpServer
  close(): Promise<void>
}

async function listen(server: HttpServer | TcpServer, address: string, port = 0): Promise<RunningServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, address)
  await once(server, 'listening')
  const bound = server.address()
  return {
    server,
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** An HTTP server in the test's own process. */
export function serveHttp(address: string, listener: RequestListener, port = 0): Promise<RunningServer> {
  return listen(createServer(listener), address, port)
}

/** A server that answers with raw bytes. */
export function serveTcp(address: string, onConnection: (socket: Socket) => void, port = 0): Promise<RunningServer> {
  return listen(createTcpServer({ allowHalfOpen: true }, onConnection), address, port)
}

/** A web server as a process of its own, to be killed. Answers `web-1 GET /path`; counts POSTs in `/posts`. */
export async function startWebServer(name: string, address: string, port: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('load-balancer-web-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script, name, address, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

/** Looks again and again until it is so; fails after 20 s with what it was last. */
export async function eventually<T>(look: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  const until = performance.now() + 20_000
  for (;;) {
    const value = await look()
    if (good(value)) return value
    if (performance.now() > until) throw new Error(`it never came so far; last: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
