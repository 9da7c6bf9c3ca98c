import { fork } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TrafficResult } from '../../../services/contract/index.ts'
import type { GeneratorReport } from '../../../services/protocols/traffic/batch.ts'
import { TrafficRecord } from '../../../services/protocols/traffic/record.ts'
import { Schedule } from '../../../services/protocols/traffic/schedule.ts'

/** The load generator as the engine runs it, for tests: a real process with a channel, and servers that misbehave. */

const PROGRAM = fileURLToPath(new URL('../../../services/programs/traffic/main.ts', import.meta.url))

export interface Order {
  readonly rate: number
  readonly seconds?: number
  readonly urls: readonly string[]
  readonly args?: readonly string[]
  /** Called with the record after each report; may stop the run. */
  onReport?(record: TrafficRecord, stop: () => void, pid: number): void
}

export interface Measured {
  readonly record: TrafficRecord
  readonly result: TrafficResult
  readonly startedAtMs: number
  readonly exitCode: number | null
}

/** Runs the generator to its end. */
export async function generate(order: Order): Promise<Measured> {
  const { rate, seconds = null, urls } = order
  const args = ['--rate', String(rate), ...urls.flatMap((url) => ['--url', url]), ...(order.args ?? [])]
  if (seconds !== null) args.push('--seconds', String(seconds))
  const child = fork(PROGRAM, args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const record = new TrafficRecord(new Schedule({ rate, seconds, rampTo: null }), 500)
  let startedAtMs = 0
  child.on('message', (message) => {
    const report = message as GeneratorReport
    if (report.type === 'started') startedAtMs = report.atMs
    else if (report.type === 'batch') record.take(report.batch)
    else record.finish(report.lengthMs)
    order.onReport?.(record, () => child.send({ type: 'stop' }, () => undefined), child.pid ?? 0)
  })
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { record, result: record.result(), startedAtMs, exitCode }
}

export interface RudeServer {
  readonly url: string
  readonly sockets: ReadonlySet<Socket>
  /** Connections so far, and where they came from. */
  readonly connections: { count: number; readonly from: Set<string> }
  close(): Promise<void>
}

/** A server on raw sockets; `onRequest` gets each request's head. */
export async function listen(
  address: string,
  port: number,
  onRequest: (socket: Socket, head: string) => void,
): Promise<RudeServer> {
  const sockets = new Set<Socket>()
  const connections = { count: 0, from: new Set<string>() }
  const server = createServer((socket) => {
    sockets.add(socket)
    connections.count += 1
    connections.from.add(socket.remoteAddress ?? '')
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end)
        text = text.slice(end + 4)
        onRequest(socket, head)
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, resolve)
  })
  const bound = server.address()
  const realPort = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    url: `http://${address}:${realPort}/`,
    sockets,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** A small answer with the headers that the lab's services add. */
export function answer(status = 200, extra = ''): string {
  return `HTTP/1.1 ${status} X\r\nVia: 1.1 web-1\r\nX-Served-By: app-1\r\nX-Release: v1\r\nContent-Length: 2\r\n${extra}\r\nok`
}
