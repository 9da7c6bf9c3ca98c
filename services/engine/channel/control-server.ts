import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { LabEngine } from '../index.ts'
import { HELLO, sameToken } from './handshake.ts'
import { JsonLines } from './json-lines.ts'
import { serveClient, type ServedClient } from './serve-client.ts'

/** The largest command is a release from files: 4 MiB of them (LARGEST_RELEASE_BYTES) in base64. */
const LIMITS = { maxLineChars: 8 * 1024 * 1024, maxUnsentBytes: 64 * 1024 * 1024 }
const MAX_CLIENTS = 32
/** How long a connection may take to show the token. */
const HELLO_LIMIT_MS = 2000
/** How long the last answers may take to leave when the server closes. */
const DRAIN_LIMIT_MS = 1000

export interface ControlServer {
  /** Path of the Unix socket, or of the named pipe. */
  readonly endpoint: string
  readonly token: string
  /** Lets the answers under way leave, then ends every connection and removes the socket. */
  close(): Promise<void>
}

/**
 * Lets programs of the same person drive this engine: a Unix socket (mode 0600 in a folder of mode 0700) or a named
 * pipe, and a random token on all systems. Rejects with the system's error when it cannot listen at `endpoint`.
 */
export async function startControlServer(engine: LabEngine, endpoint: string): Promise<ControlServer> {
  const token = randomBytes(32).toString('base64url')
  const clients = new Map<JsonLines, ServedClient | null>()
  const server = createServer((socket) => welcome(socket))
  server.maxConnections = MAX_CLIENTS

  function welcome(socket: Socket): void {
    const channel = new JsonLines(socket, LIMITS)
    clients.set(channel, null)
    const timer = setTimeout(() => channel.destroy(), HELLO_LIMIT_MS)
    channel.onClose(() => {
      clearTimeout(timer)
      clients.delete(channel)
    })
    channel.on((message) => {
      clearTimeout(timer)
      const hello = HELLO.safeParse(message)
      const known = hello.success && sameToken(hello.data.token, token)
      channel.post({ welcome: known })
      if (known) clients.set(channel, serveClient(engine, channel))
      else channel.end()
    })
  }

  await listen(server, endpoint)
  return {
    endpoint,
    token,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await withLimit(Promise.all([...clients.values()].map(async (client) => client?.settled())))
      for (const channel of clients.keys()) channel.end()
      await withLimit(closed)
      for (const channel of clients.keys()) channel.destroy()
      await closed
    },
  }
}

async function listen(server: Server, endpoint: string): Promise<void> {
  const isFile = !isNamedPipe(endpoint)
  if (isFile) {
    await makeOwnFolder(dirname(endpoint))
    await removeDeadSockets(dirname(endpoint))
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path: endpoint }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  if (isFile) await chmod(endpoint, 0o600)
}

/** A folder that nobody else can look into; one that is open to others, or theirs, is refused and not changed. */
async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { mode, uid } = await stat(folder)
  const isOwn = uid === process.getuid?.() && (mode & 0o077) === 0
  if (!isOwn) throw new Error(`the folder ${folder} is open to other users`)
}

/** Sockets of engines that were killed: nobody listens there any more. */
async function removeDeadSockets(folder: string): Promise<void> {
  const sockets = (await readdir(folder)).filter((name) => name.endsWith('.sock')).map((name) => join(folder, name))
  await Promise.all(sockets.map(async (path) => (await isDead(path)) && rm(path, { force: true })))
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}

function isNamedPipe(endpoint: string): boolean {
  return endpoint.startsWith('\\\\.\\pipe\\')
}

async function withLimit(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_LIMIT_MS)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}
