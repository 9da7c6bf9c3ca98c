import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NicConfig } from '../../../services/protocols/nic/config.ts'
import type { NicCommand, NicReport, NicReportType } from '../../../services/protocols/nic/messages.ts'
import { readNicReport } from '../../../services/protocols/nic/read-command.ts'

/** A NIC as the engine runs it, for tests: a real process with a channel. */

export type ReportOf<Type extends NicReportType> = NicReport & { readonly type: Type }
/** `Omit` of each member of a union. */
type WithoutId<Command> = Command extends NicCommand ? Omit<Command, 'id'> : never

/** Below the runner's limit, so that a test which waits in vain says what came instead. */
const REPORT_LIMIT_MS = 40_000
const SHOWN_REPORTS = 8
const SHOWN_LENGTH = 300

export class TestNic {
  readonly reports: NicReport[] = []
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  private readonly folder: string
  private readonly watchers = new Set<() => void>()
  private lastId = 0

  private constructor(child: ChildProcess, folder: string) {
    this.child = child
    this.folder = folder
    this.exit = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
    child.on('message', (message) => {
      const report = readNicReport(message)
      if (report === null) return
      this.reports.push(report)
      this.watchers.forEach((watcher) => watcher())
    })
  }

  static async start(config: Partial<NicConfig>): Promise<TestNic> {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-nic-'))
    const file = join(folder, 'nic.json')
    await writeFile(file, JSON.stringify(config))
    const program = fileURLToPath(new URL('../../../services/programs/nic/main.ts', import.meta.url))
    const child = fork(program, ['--config', file, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const nic = new TestNic(child, folder)
    await nic.waitFor('ready')
    return nic
  }

  /** The first report of this type that fits, also one that came before. */
  waitFor<Type extends NicReportType>(
    type: Type,
    fits: (report: ReportOf<Type>) => boolean = () => true,
  ): Promise<ReportOf<Type>> {
    const found = new Promise<ReportOf<Type>>((resolve, reject) => {
      const limit = setTimeout(() => {
        this.watchers.delete(look)
        const last = this.reports.slice(-SHOWN_REPORTS).map((report) => JSON.stringify(report).slice(0, SHOWN_LENGTH))
        reject(new Error(`no such "${type}" from the NIC; its last reports:\n${last.join('\n')}`))
      }, REPORT_LIMIT_MS)
      const look = (): void => {
        const report = this.reports.find(
          (one): one is ReportOf<Type> => one.type === type && fits(one as ReportOf<Type>),
        )
        if (report === undefined) return
        clearTimeout(limit)
        this.watchers.delete(look)
        resolve(report)
      }
      this.watchers.add(look)
      look()
    })
    // Not every test stays until its report comes.
    found.catch(() => undefined)
    return found
  }

  /** Sends a command; resolves with its answer. */
  ask<Type extends 'done' | 'failed' | 'records' | 'record'>(
    command: WithoutId<NicCommand>,
    answer: Type,
  ): Promise<ReportOf<Type>> {
    this.lastId += 1
    const id = this.lastId
    this.child.send({ ...command, id })
    return this.waitFor(answer, (report) => report.id === id)
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL')
    await this.exit
    await rm(this.folder, { recursive: true })
  }
}

/** A server on an address and port of its own, whose connections a test can end. */
export interface TestServer {
  readonly server: Server
  readonly sockets: Set<Socket>
  close(): Promise<void>
}

export function serve(address: string, port: number, handle: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    handle(socket)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve({ server, sockets, close }))
  })
}

/** A connection that stands. */
export function dial(address: string, port: number, localAddress?: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, ...(localAddress ? { localAddress } : {}) })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

/** How a stream ends: `end` for FIN, or the error's code. */
export function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('end'))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    socket.resume()
  })
}

/** Everything that comes until the other side ends. Rejects on a reset. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const how = await ending(socket)
  if (how !== 'end') throw new Error(`the stream ended with ${how}`)
  return Buffer.concat(chunks)
}

/** Resolves with what comes, when it matches. */
export function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (!pattern.test(text)) return
      socket.off('data', take)
      resolve(text)
    }
    socket.on('data', take)
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)))
  })
}
