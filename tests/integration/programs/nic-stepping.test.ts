import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeQuery } from '../../../services/protocols/dns/index.ts'
import { dial, ending, readUntil, TestNic, type ReportOf } from './nic-lab.ts'

const OUTER = '127.20.6.31'
const INNER = '127.120.6.31'
const CALLER = '127.20.6.30'
const PORT = 20_631
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const OTHER_TRACE = '0af7651916cd43dd8448eb211c80319c'

const config = {
  hosts: [
    { id: 'lb-1', outer: CALLER, inner: '127.120.6.30' },
    { id: 'web-1', outer: OUTER, inner: INNER },
  ],
  ports: [
    { host: 'web-1', service: 'web-1', transport: 'tcp', port: PORT },
    { host: 'web-1', service: 'dns-1', transport: 'udp', port: PORT },
  ],
} as const

let nic: TestNic | null = null
let server: Server | null = null
const children: ChildProcess[] = []
/** The requests that the server has seen. */
let seen: string[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await nic?.stop()
  server?.closeAllConnections()
  server?.close()
  nic = server = null
  seen = []
})

async function start(withServer = true): Promise<TestNic> {
  if (withServer) {
    server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
      seen.push(incoming.url ?? '')
      void body(incoming).then((text) => response.end(`${incoming.url} ${text}`))
    })
    // Else Node's server ends a connection with a client that has said all it wants to say, answered or not.
    Object.assign(server, { httpAllowHalfOpen: true })
    await new Promise<void>((resolve) => server?.listen(PORT, INNER, resolve))
  }
  nic = await TestNic.start(config)
  return nic
}

async function body(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message) text += String(chunk)
  return text
}

/** An answer's body. */
async function get(path: string, options: { trace?: string; agent?: Agent; post?: string } = {}): Promise<string> {
  const outgoing = request({
    host: OUTER,
    port: PORT,
    path,
    localAddress: CALLER,
    agent: options.agent ?? false,
    method: options.post === undefined ? 'GET' : 'POST',
    headers: options.trace ? { traceparent: `00-${options.trace}-00f067aa0ba902b7-01` } : {},
  })
  outgoing.end(options.post)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  return body(response)
}

function heldNumber(running: TestNic, count: number): Promise<ReportOf<'held'>> {
  return running.waitFor('held', ({ held }) => held.holdId === count)
}

describe('stepping by HTTP', () => {
  it('holds a request and its response while others pass without errors and without waiting', async () => {
    const running = await start()
    const others = async (name: string): Promise<number> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 4 })
      const tookMs: number[] = []
      for (let index = 0; index < 200; index += 1) {
        const startMs = performance.now()
        expect(await get(`/${name}/${index}`, { agent, trace: OTHER_TRACE })).toBe(`/${name}/${index} `)
        tookMs.push(performance.now() - startMs)
      }
      agent.destroy()
      // What other programs on this machine cost shows in the slow ones; a wait in the NIC would show in all of them.
      return tookMs.sort((a, b) => a - b)[20] ?? Number.NaN
    }
    const quietMs = await others('before')
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const answer = get('/traced', { trace: TRACE })
    const { held } = await heldNumber(running, 1)
    const startMs = performance.now()
    expect(held).toMatchObject({
      traceId: TRACE,
      host: 'web-1',
      direction: 'in',
      message: 'request',
      title: 'GET /traced HTTP/1.1',
    })
    expect(held.from).toMatchObject({ host: 'lb-1', address: CALLER })
    expect(held.to).toEqual({ host: 'web-1', address: OUTER, port: PORT })
    const busyMs = await others('during')
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 2000 - (performance.now() - startMs))))
    // Both are far below a millisecond on a quiet machine; a wait of any kind would be seen.
    expect(busyMs).toBeLessThan(quietMs * 3 + 5)
    expect(seen).not.toContain('/traced')
    await running.ask({ type: 'release', holdId: held.holdId }, 'done')
    const response = await heldNumber(running, 2)
    expect(response.held).toMatchObject({
      direction: 'out',
      message: 'response',
      title: 'HTTP/1.1 200 OK',
      connection: held.connection,
    })
    expect(seen).toContain('/traced')
    await running.ask({ type: 'release', holdId: response.held.holdId }, 'done')
    expect(await answer).toBe('/traced ')
    const { record } = await running.ask({ type: 'record', no: held.no }, 'record')
    expect(Buffer.from(record?.payload ?? '', 'base64').toString()).toMatch(/^GET \/traced/)
    expect(record?.heldNs).toBeGreaterThanOrEqual(1.9e9)
  })

  it('finds the request on a connection that was kept alive since before', async () => {
    const running = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await get('/first', { agent })
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const answer = get('/second', { agent, trace: TRACE, post: 'x'.repeat(300_000) })
    await heldNumber(running, 1)
    expect(seen).toEqual(['/first'])
    await running.ask({ type: 'releaseAll', traceId: TRACE }, 'done')
    // Nothing of the trace is held any more, the response neither.
    expect(await answer).toBe(`/second ${'x'.repeat(300_000)}`)
    expect(running.reports.filter(({ type }) => type === 'held')).toHaveLength(1)
    agent.destroy()
  })

  it('holds what comes behind, the end of the stream included, and lets it go in order', async () => {
    const running = await start()
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const socket = await dial(OUTER, PORT)
    const answers = readUntil(socket, /\/b /)
    const head = `Host: lab\r\ntraceparent: 00-${TRACE}-00f067aa0ba902b7-01\r\n`
    // The head comes in pieces, and a second request comes before the first is answered.
    socket.write(`POST /a HTTP/1.1\r\n${head}Transfer-Enc`)
    socket.write(`oding: chunked\r\n\r\n5\r\nhello\r\n`)
    await heldNumber(running, 1)
    socket.end(`0\r\n\r\nGET /b HTTP/1.1\r\n${head}Connection: close\r\n\r\n`)
    await running.ask({ type: 'release', holdId: 1 }, 'done')
    const titles: string[] = []
    for (let count = 2; count <= 4; count += 1) {
      const { held } = await heldNumber(running, count)
      titles.push(held.title)
      await running.ask({ type: 'release', holdId: held.holdId }, 'done')
    }
    expect(await answers).toMatch(/\/a hello[^]*\/b $/)
    expect(titles.sort()).toEqual(['GET /b HTTP/1.1', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'])
    socket.destroy()
  })

  it('does not touch other protocols while a trace is held', async () => {
    const running = await start(false)
    const echo = createTcpServer((socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => echo.listen(PORT, INNER, resolve))
    await running.waitFor('portChanged', ({ port }) => port.open && port.transport === 'tcp')
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const socket = await dial(OUTER, PORT)
    const answer = readUntil(socket, /no newline$/)
    socket.write('show stat; no newline')
    expect(await answer).toBe('show stat; no newline')
    socket.destroy()
    echo.close()
  })

  it('says so when the client of a held request is killed, and the server never sees it', async () => {
    const running = await start()
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const source = `fetch('http://${OUTER}:${PORT}/lost', { headers: { traceparent: '00-${TRACE}-00f067aa0ba902b7-01' } })`
    const client = spawn(process.execPath, ['-e', source], { stdio: 'ignore' })
    children.push(client)
    const { held } = await heldNumber(running, 1)
    client.kill('SIGKILL')
    const lost = await running.waitFor('holdLost')
    expect(lost).toMatchObject({ holdId: held.holdId, reason: 'client-gone' })
    expect((await running.ask({ type: 'release', holdId: held.holdId }, 'failed')).sentence).toMatch(/nothing is held/)
    expect(seen).toEqual([])
  })

  it('holds on when the client has only said all it wants to say', async () => {
    const running = await start()
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const socket = await dial(OUTER, PORT)
    const answer = readUntil(socket, /\/patient /)
    socket.end(`GET /patient HTTP/1.1\r\nHost: lab\r\ntraceparent: 00-${TRACE}-00f067aa0ba902b7-01\r\n\r\n`)
    await heldNumber(running, 1)
    // Longer than the NIC takes to look whether anybody is gone.
    await new Promise((resolve) => setTimeout(resolve, 700))
    await running.ask({ type: 'releaseAll', traceId: TRACE }, 'done')
    expect(await answer).toMatch(/\/patient $/)
    expect(running.reports.filter(({ type }) => type === 'holdLost')).toEqual([])
  })

  it('lets a held response arrive whose server has closed the connection since', async () => {
    const running = await start()
    const closed = new Promise<void>((resolve) => server?.once('connection', (socket) => socket.once('close', resolve)))
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    // Without an agent the client says "Connection: close".
    const answer = get('/closed', { trace: TRACE })
    await heldNumber(running, 1)
    await running.ask({ type: 'release', holdId: 1 }, 'done')
    await heldNumber(running, 2)
    await closed
    // Longer than the NIC takes to look whether anybody is gone.
    await new Promise((resolve) => setTimeout(resolve, 700))
    await running.ask({ type: 'release', holdId: 2 }, 'done')
    expect(await answer).toBe('/closed ')
    expect(running.reports.filter(({ type }) => type === 'holdLost')).toEqual([])
  })

  it('says so when the server of a held request is killed, and resets the client', async () => {
    const running = await start(false)
    const source = `require('node:http').createServer((q, a) => a.end()).listen(${PORT}, '${INNER}')`
    const process_ = spawn(process.execPath, ['-e', source], { stdio: 'ignore' })
    children.push(process_)
    await running.waitFor('portChanged', ({ port }) => port.open && port.transport === 'tcp')
    await running.ask({ type: 'hold', traceId: TRACE }, 'done')
    const socket = await dial(OUTER, PORT)
    socket.write(`GET / HTTP/1.1\r\nHost: lab\r\ntraceparent: 00-${TRACE}-00f067aa0ba902b7-01\r\n\r\n`)
    const { held } = await heldNumber(running, 1)
    const end = ending(socket)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    process_.kill('SIGKILL')
    expect(await running.waitFor('holdLost')).toMatchObject({ holdId: held.holdId, reason: 'server-gone' })
    expect(['end', 'ECONNRESET']).toContain(await end)
    // Who saw the end of the stream already learns of the reset behind it when it speaks.
    const speaking = setInterval(() => socket.write('anybody there?'), 20)
    await closed
    clearInterval(speaking)
  })
})

describe('stepping by DNS', () => {
  it('holds the question and the answer, others pass', async () => {
    const asked: string[] = []
    const dns = createSocket('udp4')
    dns.on('message', (query, peer) => {
      asked.push(query.toString('latin1').includes('www') ? 'www' : 'other')
      dns.send(query, peer.port, peer.address)
    })
    await new Promise<void>((resolve) => dns.bind(PORT, INNER, resolve))
    const client = createSocket('udp4')
    try {
      const running = await start(false)
      await new Promise<void>((resolve) => client.bind(0, CALLER, resolve))
      await running.ask(
        { type: 'holdDns', traceId: TRACE, name: 'WWW.foobar.com', address: CALLER, port: client.address().port },
        'done',
      )
      client.send(encodeQuery({ id: 1, name: 'www.foobar.com.' }), PORT, OUTER)
      const { held } = await heldNumber(running, 1)
      expect(held).toMatchObject({ message: 'query', title: 'www.foobar.com', direction: 'in', traceId: TRACE })
      const other = once(client, 'message') as Promise<[Buffer]>
      client.send(encodeQuery({ id: 2, name: 'lb-1.foobar.com.' }), PORT, OUTER)
      expect((await other)[0].readUInt16BE(0)).toBe(2)
      expect(asked).toEqual(['other'])
      await running.ask({ type: 'release', holdId: 1 }, 'done')
      expect((await heldNumber(running, 2)).held).toMatchObject({ message: 'answer', direction: 'out' })
      const answer = once(client, 'message') as Promise<[Buffer]>
      await running.ask({ type: 'releaseAll', traceId: TRACE }, 'done')
      expect((await answer)[0].readUInt16BE(0)).toBe(1)
    } finally {
      client.close()
      dns.close()
    }
  })
})
