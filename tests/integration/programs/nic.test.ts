import { spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { NicConfig } from '../../../services/protocols/nic/config.ts'
import { startProgram } from '../../programs.ts'
import { dial, ending, readAll, readUntil, serve, TestNic, type TestServer } from './nic-lab.ts'

const OUTER = '127.20.6.21'
const INNER = '127.120.6.21'
const CALLER = '127.20.6.10'
const PORT = 20_621
const CONFIG: Partial<NicConfig> = {
  hosts: [
    { id: 'lb-1', outer: CALLER, inner: '127.120.6.10' },
    { id: 'web-1', outer: OUTER, inner: INNER },
  ],
  ports: [
    { host: 'lb-1', service: 'lb-1', transport: 'tcp', port: 20_610 },
    { host: 'web-1', service: 'web-1', transport: 'tcp', port: PORT },
    { host: 'web-1', service: 'web-1-dns', transport: 'udp', port: PORT },
  ],
  recording: 'full',
  ringBytes: 4 * 1024 * 1024,
}

const nics: TestNic[] = []
const servers: TestServer[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(nics.splice(0).map((nic) => nic.stop()))
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function startNic(config: Partial<NicConfig> = {}): Promise<TestNic> {
  const nic = await TestNic.start({ ...CONFIG, ...config })
  nics.push(nic)
  return nic
}

async function startServer(handle: (socket: Socket) => void): Promise<TestServer> {
  const server = await serve(INNER, PORT, handle)
  servers.push(server)
  return server
}

async function call(from?: string): Promise<Socket> {
  const socket = await dial(OUTER, PORT, from)
  sockets.push(socket)
  return socket
}

/** The server's side of the next connection. */
function nextPeer(server: TestServer): Promise<Socket> {
  return new Promise((resolve) => server.server.once('connection', resolve))
}

/** How the next connection fails: refused, or accepted and then reset. */
async function refusal(): Promise<string> {
  const socket = connect(PORT, OUTER)
  sockets.push(socket)
  return ending(socket)
}

describe('the nic', () => {
  it('runs from a shell: help, a wrong file, a clean end', async () => {
    const help = startProgram('nic', ['--help'])
    await help.waitForLine(/--config FILE/)
    expect((await help.exit).code).toBe(0)
    const wrong = startProgram('nic', ['--config', 'there-is-none.json'])
    await wrong.waitForLine(/there is no such file/)
    expect((await wrong.exit).code).toBe(78)
  })

  it('ends when whoever started it is gone', async () => {
    const nic = await startNic()
    nic.child.disconnect()
    expect(await nic.exit).toBe(0)
  })

  it('ends on SIGTERM and resets what stands', async () => {
    await startServer(() => undefined)
    const nic = await startNic()
    const socket = await call()
    const end = ending(socket)
    nic.child.kill('SIGTERM')
    expect(await end).toBe('ECONNRESET')
    expect(await nic.exit).toBe(0)
  })
})

describe('forwarding by TCP', () => {
  it('shows the process its true peer, with the same port when the peer shares it', async () => {
    await startServer((socket) => socket.end(`${socket.remoteAddress}:${socket.remotePort}`))
    const nic = await startNic()
    const bound = await call(CALLER)
    const seen = (await readAll(bound)).toString()
    expect(seen).toBe(`${CALLER}:${bound.localPort}`)
    const unbound = await call()
    expect((await readAll(unbound)).toString()).toMatch(/^127\.0\.0\.1:\d+$/)
    const { records } = await nic.ask({ type: 'records', fromNo: 0, limit: 100 }, 'records')
    const [first] = records
    expect(first).toMatchObject({ kind: 'handshake', host: 'web-1', peerHost: 'lb-1', peerService: 'lb-1' })
    expect(first?.client).toEqual({ address: CALLER, port: bound.localPort })
    expect(first?.seenPort).toBe(bound.localPort)
    expect(records.some((record) => record.peerHost === null && record.client.address === '127.0.0.1')).toBe(true)
  })

  it('passes 200 MiB of random pieces unchanged, there and back', async () => {
    await startServer((socket) => socket.pipe(socket))
    await startNic({ recording: 'headers' })
    const socket = await call()
    const total = 200 * 1024 * 1024
    const pool = randomBytes(1024 * 1024)
    const sent = createHash('sha256')
    const received = createHash('sha256')
    let back = 0
    socket.on('data', (chunk: Buffer) => {
      received.update(chunk)
      back += chunk.length
    })
    const done = once(socket, 'end')
    for (let left = total; left > 0;) {
      const start = randomInt(pool.length)
      const piece = pool.subarray(start, start + Math.min(left, 1 + randomInt(200_000)))
      left -= piece.length
      sent.update(piece)
      if (!socket.write(piece)) await once(socket, 'drain')
    }
    socket.end()
    await done
    expect(back).toBe(total)
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  })

  it('passes a half-close of the client: the answer still comes', async () => {
    await startServer((socket) => {
      void readAll(socket).then((bytes) => socket.end(`got ${bytes.toString()}`))
    })
    await startNic()
    const socket = await call()
    socket.end('all I have')
    expect((await readAll(socket)).toString()).toBe('got all I have')
  })

  it('passes a half-close of the server: the client still may speak', async () => {
    const server = await startServer((socket) => socket.end('bye'))
    await startNic()
    const peer = nextPeer(server)
    const socket = await call()
    expect((await readAll(socket)).toString()).toBe('bye')
    const rest = readAll(await peer)
    socket.end('one more thing')
    expect((await rest).toString()).toBe('one more thing')
  })

  it('passes a reset of the server, and no end of stream before it', async () => {
    const server = await startServer(() => undefined)
    await startNic()
    const peer = nextPeer(server)
    const socket = await call()
    const end = ending(socket)
    // Node's own `resetAndDestroy` sends a FIN first.
    Object.assign(await peer, { resetAndClosing: true }).destroy()
    expect(await end).toBe('ECONNRESET')
  })

  it('passes a reset of the client, and no end of stream before it', async () => {
    const server = await startServer(() => undefined)
    const nic = await startNic()
    const peer = nextPeer(server)
    const socket = await call()
    const end = ending(await peer)
    Object.assign(socket, { resetAndClosing: true }).destroy()
    expect(await end).toBe('ECONNRESET')
    const { records } = await nic.ask({ type: 'records', fromNo: 0, limit: 100 }, 'records')
    expect(records.map(({ kind, direction }) => `${kind} ${direction}`)).toEqual(['handshake in', 'reset in'])
  })

  it('makes the sender wait for a slow reader instead of keeping bytes', async () => {
    const chunk = Buffer.alloc(1024 * 1024)
    let written = 0
    await startServer((socket) => {
      const push = (): void => {
        while (socket.write(chunk)) written += chunk.length
        written += chunk.length
      }
      socket.on('drain', push)
      push()
    })
    const nic = await startNic({ recording: 'off' })
    const readers = await Promise.all(Array.from({ length: 8 }, () => call()))
    // Nobody reads: what the kernel and the NIC take comes to a stand.
    let before = -1
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const status = await readFile(`/proc/${nic.child.pid}/status`, 'utf8')
    const residentKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
    expect(residentKiB).toBeLessThan(160 * 1024)
    // And it goes on when somebody reads.
    const [reader] = readers
    let got = 0
    reader?.on('data', (data: Buffer) => (got += data.length))
    const target = 64 * 1024 * 1024
    while (got < target) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(got).toBeGreaterThanOrEqual(target)
  })

  it('carries 500 connections at a time', async () => {
    await startServer((socket) => socket.pipe(socket))
    await startNic()
    const all = await Promise.all(Array.from({ length: 500 }, () => call()))
    const echoes = all.map((socket, index) => {
      const answer = readUntil(socket, /\n$/)
      socket.write(`hello ${index}\n`)
      return answer
    })
    expect(await Promise.all(echoes)).toEqual(all.map((_socket, index) => `hello ${index}\n`))
  })
})

describe('a port whose process is dead', () => {
  it('refuses, and opens again when the process is back, many times', async () => {
    const nic = await startNic()
    expect(await refusal()).toBe('ECONNREFUSED')
    for (let round = 0; round < 20; round += 1) {
      const seen = nic.reports.length
      const changed = (open: boolean): Promise<unknown> =>
        nic.waitFor('portChanged', (report) => nic.reports.indexOf(report) >= seen && report.port.open === open)
      const server = await serve(INNER, PORT, (socket) => socket.end('here'))
      await changed(true)
      expect((await readAll(await call())).toString()).toBe('here')
      await server.close()
      // The first connection finds out, if nobody tells; it is reset. The next is refused.
      expect(await refusal()).toBe('ECONNRESET')
      await changed(false)
      expect(await refusal()).toBe('ECONNREFUSED')
    }
  })

  it('is closed at once when the engine says so, and stays closed until it says otherwise', async () => {
    await startServer((socket) => socket.end('here'))
    const nic = await startNic()
    const port = { type: 'setPort', host: 'web-1', port: PORT, transport: 'tcp' } as const
    await nic.ask({ ...port, open: false }, 'done')
    expect(await refusal()).toBe('ECONNREFUSED')
    await nic.ask({ ...port, open: true }, 'done')
    await nic.waitFor(
      'portChanged',
      ({ port: { open } }) => open && nic.reports.filter((r) => r.type === 'portChanged').length >= 3,
    )
    expect((await readAll(await call())).toString()).toBe('here')
    const { sentence } = await nic.ask({ ...port, port: 1, open: true }, 'failed')
    expect(sentence).toMatch(/no tcp port 1/)
  })

  it('notices a process that was killed', async () => {
    const source = `require('node:net').createServer((s) => s.pipe(s)).listen(${PORT}, '${INNER}', () => console.log('up'))`
    const process_ = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(process_.stdout, 'data')
    const nic = await startNic()
    const socket = await call()
    const end = ending(socket)
    process_.kill('SIGKILL')
    // As a dead process does without a NIC: its system closes for it.
    expect(['end', 'ECONNRESET']).toContain(await end)
    expect(['ECONNRESET', 'ECONNREFUSED']).toContain(await refusal())
    await nic.waitFor('portChanged', ({ port }) => !port.open)
    expect(await refusal()).toBe('ECONNREFUSED')
  })
})

describe('forwarding by UDP', () => {
  it('passes datagrams there and back, from the true address', async () => {
    const server = createSocket('udp4')
    server.on('message', (message, peer) =>
      server.send(`${message.toString()} from ${peer.address}`, peer.port, peer.address),
    )
    await new Promise<void>((resolve) => server.bind(PORT, INNER, resolve))
    const client = createSocket('udp4')
    try {
      const nic = await startNic()
      await new Promise<void>((resolve) => client.bind(0, CALLER, resolve))
      const answer = once(client, 'message') as Promise<[Buffer]>
      client.send('hello', PORT, OUTER)
      expect((await answer)[0].toString()).toBe(`hello from ${CALLER}`)
      const { records } = await nic.ask({ type: 'records', fromNo: 0, limit: 10 }, 'records')
      expect(
        records.map(({ kind, direction, transport, length, peerHost }) => [
          kind,
          direction,
          transport,
          length,
          peerHost,
        ]),
      ).toEqual([
        ['datagram', 'in', 'udp', 5, 'lb-1'],
        ['datagram', 'out', 'udp', 22, 'lb-1'],
      ])
    } finally {
      client.close()
      server.close()
    }
  })

  it('refuses while nobody listens', async () => {
    await startNic()
    const client = createSocket('udp4')
    try {
      client.connect(PORT, OUTER)
      await once(client, 'connect')
      const refused = once(client, 'error') as Promise<[NodeJS.ErrnoException]>
      client.send('anybody?')
      expect((await refused)[0].code).toBe('ECONNREFUSED')
    } finally {
      client.close()
    }
  })
})

describe('recording', () => {
  it('keeps every packet with its place in the stream', async () => {
    await startServer((socket) => socket.on('data', (bytes) => socket.write(`<${bytes.toString()}>`)))
    const nic = await startNic()
    const socket = await call()
    for (const word of ['one', 'three']) {
      const answer = readUntil(socket, />$/)
      socket.write(word)
      await answer
    }
    const { records } = await nic.ask({ type: 'records', fromNo: 0, limit: 100 }, 'records')
    const shown = records.map(({ kind, direction, offset, payload }) => [
      kind,
      direction,
      offset,
      Buffer.from(payload, 'base64').toString(),
    ])
    expect(shown).toEqual([
      ['handshake', 'in', 0, ''],
      ['segment', 'in', 0, 'one'],
      ['segment', 'out', 0, '<one>'],
      ['segment', 'in', 3, 'three'],
      ['segment', 'out', 5, '<three>'],
    ])
    const times = records.map(({ timeNs }) => timeNs)
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true)
    const { record } = await nic.ask({ type: 'record', no: 2 }, 'record')
    expect(record).toEqual(records[1])
    const stats = await nic.waitFor('stats', ({ links }) => links.some(({ bytesOut }) => bytesOut === 12))
    expect(stats.links).toEqual([
      {
        from: null,
        to: 'web-1',
        service: 'web-1',
        packetsIn: 3,
        packetsOut: 2,
        bytesIn: 8,
        bytesOut: 12,
        connections: 1,
      },
    ])
  })

  it('drops the oldest and counts them', async () => {
    await startServer((socket) => socket.resume())
    const nic = await startNic({ ringBytes: 1024 * 1024 })
    const socket = await call()
    socket.end(Buffer.alloc(8 * 1024 * 1024, 'x'))
    const stats = await nic.waitFor('stats', ({ links }) => links.some(({ bytesIn }) => bytesIn === 8 * 1024 * 1024))
    expect(stats.ring.dropped).toBeGreaterThan(0)
    expect(stats.ring.firstNo).toBe(stats.ring.dropped + 1)
    expect(stats.ring.usedBytes).toBeLessThanOrEqual(1024 * 1024)
    const gone = await nic.ask({ type: 'record', no: 1 }, 'record')
    expect(gone.record).toBeNull()
  })

  it('keeps what the mode says', async () => {
    await startServer((socket) => socket.resume())
    const nic = await startNic({ recording: 'off' })
    const socket = await call()
    const send = async (mode: 'off' | 'headers' | 'full'): Promise<void> => {
      await nic.ask({ type: 'setRecording', mode, ringBytes: 4 * 1024 * 1024 }, 'done')
      const { bytesIn = 0 } = nic.reports.findLast((report) => report.type === 'stats')?.links[0] ?? {}
      socket.write(Buffer.alloc(1000, mode))
      await nic.waitFor('stats', ({ links }) => (links[0]?.bytesIn ?? 0) >= bytesIn + 1000)
    }
    await send('off')
    await send('headers')
    await send('full')
    const { records } = await nic.ask({ type: 'records', fromNo: 0, limit: 100 }, 'records')
    const segments = records.filter(({ kind }) => kind === 'segment')
    expect(segments.map(({ length, payload }) => [length, Buffer.from(payload, 'base64').length])).toEqual([
      [1000, 512],
      [1000, 1000],
    ])
    await nic.ask({ type: 'clear' }, 'done')
    expect((await nic.ask({ type: 'records', fromNo: 0, limit: 100 }, 'records')).records).toEqual([])
  })
})
