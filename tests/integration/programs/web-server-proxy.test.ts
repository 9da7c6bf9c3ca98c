import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { StartedProgram } from '../../programs.ts'
import { FakeApplication } from './fake-application.ts'
import { ask, exchange, makeCodebase, readAnswer, startReady, TRACEPARENT, type Codebase } from './web-stack.ts'

const WEB = { host: '127.20.4.24', port: 24084 }
const APP = { host: '127.20.4.22', port: 24085 }

let codebase: Codebase
let web: StartedProgram
const fake = new FakeApplication(APP)

beforeAll(async () => {
  codebase = makeCodebase({ 'public/assets/style.css': 'body { color: blue }' })
  web = await startReady('web-server', [
    ...['--name', 'web-1', '--listen', `${WEB.host}:${WEB.port}`, '--codebase', codebase.dir],
    ...['--app', `${APP.host}:${APP.port}`, '--app-name', 'app-1', '--source', WEB.host],
  ])
})
afterEach(() => fake.stop())
afterAll(async () => {
  await web.stop()
  codebase.remove()
})

describe('what is no file', () => {
  it('goes to the application, from the own address, with the way that it came', async () => {
    let seen: { headers: IncomingMessage['headers']; peer: string | undefined; body: string } | null = null
    await fake.serve((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        seen = { headers: request.headers, peer: request.socket.remoteAddress, body }
        const headers = [
          ...['X-Served-By', 'app-1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
          ...['Connection', 'X-Inner', 'X-Inner', 'secret'],
        ]
        response.writeHead(201, 'Made', headers).end('made')
      })
    })
    const answer = await ask(WEB, '/guestbook?x=1', {
      method: 'POST',
      body: 'name=a',
      from: '127.20.4.77',
      headers: {
        traceparent: TRACEPARENT,
        'X-Forwarded-For': '127.0.0.1',
        Via: '1.1 lb-1',
        'X-Web-Server': 'liar',
        Connection: 'close, X-Private',
        'X-Private': '1',
        Expect: '100-continue',
      },
    })
    // Expect asks for a 100 first.
    const final = readAnswer(`${answer.head}\r\n\r\n${answer.body}`.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ''))
    expect([final.status, final.body]).toEqual([201, 'made'])
    expect(final.head).toMatch(/^HTTP\/1\.1 201 Made\r\n/)
    expect(final.head.match(/^set-cookie: .*/gim)).toEqual(['Set-Cookie: a=1', 'Set-Cookie: b=2'])
    expect(final.header('via')).toBe('1.1 web-1')
    expect(final.header('x-served-by')).toBe('app-1')
    expect(final.header('x-inner')).toBeNull()
    expect(seen).toMatchObject({
      peer: WEB.host,
      body: 'name=a',
      headers: {
        host: 'www.foobar.com',
        traceparent: TRACEPARENT,
        'x-forwarded-for': '127.0.0.1, 127.20.4.77',
        via: '1.1 lb-1, 1.1 web-1',
        'x-web-server': 'web-1',
        'content-length': '6',
      },
    })
    expect(seen).not.toHaveProperty('headers.x-private')
    expect(seen).not.toHaveProperty('headers.expect')
    const line = await web.waitForLine(/POST \/guestbook\?x=1/)
    expect(line).toMatch(/127\.20\.4\.77:\d+ +201 not a file: to app-1 at 127\.20\.4\.22:24085.* trace 4bf92f35$/)
  })

  it('passes a chunked body and a chunked answer on as they come', async () => {
    await fake.serve((request, response) => void request.pipe(response))
    const text = await exchange(
      WEB.host,
      WEB.port,
      'POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n',
    )
    expect(readAnswer(text).body).toBe('abcdefg')
  })

  it('waits for a visitor who reads slowly: the application is held back', async () => {
    let written = 0
    const total = 64 * 1024 * 1024
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let stalled = (): void => undefined
    const held = new Promise<void>((resolve) => (stalled = resolve))
    await fake.serve((_, response) => {
      const more = (): void => {
        while (written < total) {
          written += chunk.length
          if (!response.write(chunk)) {
            // No drain for a while: nobody takes more.
            const timer = setTimeout(stalled, 300)
            return void response.once('drain', () => {
              clearTimeout(timer)
              more()
            })
          }
        }
        response.end()
      }
      more()
    })
    const socket = connect(WEB)
    socket.pause()
    socket.write('GET /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await held
    expect(written).toBeLessThan(total / 2)
    let read = 0
    socket.on('data', (data) => (read += data.length)).resume()
    await new Promise((resolve) => socket.on('close', resolve))
    expect(read).toBeGreaterThanOrEqual(total)
  })

  it('uses a kept connection again', async () => {
    const peers = new Set<string>()
    await fake.serve((request, response) => {
      peers.add(`${request.socket.remoteAddress}:${request.socket.remotePort}`)
      response.end('ok')
    })
    for (let count = 0; count < 3; count += 1) expect((await ask(WEB, '/again')).status).toBe(200)
    expect(peers.size).toBe(1)
  })

  it('sends a request once more when a kept connection turns out to be dead, if it may be sent twice', async () => {
    const requests: string[] = []
    // Every connection answers one request; the second one on it is met by a reset.
    await fake.serveBytes((socket) => {
      let count = 0
      socket.on('data', (data) => {
        requests.push(String(data).split(' ', 1)[0] ?? '')
        count += 1
        if (count === 2) return void socket.resetAndDestroy()
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    expect((await ask(WEB, '/first')).status).toBe(200)
    expect((await ask(WEB, '/second')).status).toBe(200)
    expect(requests).toEqual(['GET', 'GET', 'GET'])

    requests.length = 0
    expect((await ask(WEB, '/third')).status).toBe(200)
    expect((await ask(WEB, '/form', { method: 'POST', body: 'a=1' })).status).toBe(502)
    expect(requests).toEqual(['GET', 'POST'])
  })

  it('repeats once what broke on a new connection: a process may have handed over just then', async () => {
    const sockets = await fake.serveBytes((socket) => socket.on('data', () => socket.resetAndDestroy()))
    const answer = await ask(WEB, '/broken')
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('the connection was broken off')
    expect(sockets).toHaveLength(2)
  })

  it('opens a tunnel for a request that asks for another protocol', async () => {
    const server = createServer()
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n${request.url} `)
      socket.on('data', (data) => socket.end(String(data).toUpperCase()))
    })
    await fake.listen(server)
    const head = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    const answer = readAnswer(await exchange(WEB.host, WEB.port, `${head}hello`))
    expect(answer.status).toBe(101)
    expect(answer.header('upgrade')).toBe('echo')
    expect(answer.body).toBe('/chat HELLO')
    await web.waitForLine(/GET \/chat .* 101 echo: to app-1/)
  })
})

describe('failures of the application server', () => {
  it('names who got no answer from whom, and what to look at', async () => {
    const answer = await ask(WEB, '/away')
    expect(answer.status).toBe(502)
    expect(answer.header('x-served-by')).toBe('web-1')
    expect(answer.header('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.body).toContain(
      'web-1 got no answer from app-1 at 127.20.4.22:24085: connection refused. Is the application server running?',
    )
    await web.waitForLine(/GET \/away .* 502 not a file: to app-1 at 127\.20\.4\.22:24085: connection refused/)
    // Files need no application.
    expect((await ask(WEB, '/assets/style.css')).status).toBe(200)
  })

  it('lets a visitor with a large form read the page too', async () => {
    const answer = await ask(WEB, '/away', { method: 'POST', body: 'x'.repeat(500_000) })
    expect(answer.status).toBe(502)
  })

  it('answers an upgrade with the same page', async () => {
    const head = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(readAnswer(await exchange(WEB.host, WEB.port, head)).body).toContain('connection refused')
  })

  it('breaks the connection when the answer breaks off, so that nobody takes it for complete', async () => {
    await fake.serveBytes((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it')),
    )
    const answer = await ask(WEB, '/half')
    expect(answer.header('content-length')).toBe('1000')
    expect(answer.body.length).toBeLessThan(1000)
    await web.waitForLine(/GET \/half .* in the middle of the answer/)
  })

  it('outlives visitors who leave before the answer, at whatever moment', async () => {
    const visitors = new Map<string, Socket>()
    await fake.serve((request, response) => {
      visitors.get(request.url ?? '')?.resetAndDestroy()
      response.end('too late')
    })
    for (let count = 0; count < 200; count += 1) {
      const visitor = connect(WEB)
      const closed = new Promise((resolve) => visitor.once('close', resolve))
      visitor.on('error', () => undefined)
      // Every other one leaves at once, while the files are still looked through; the others when the answer comes.
      const leaveAtOnce = (): void => void visitor.resetAndDestroy()
      visitor.write(`GET /${count} HTTP/1.1\r\nHost: a\r\n\r\n`, count % 2 === 0 ? leaveAtOnce : undefined)
      if (count % 2 !== 0) visitors.set(`/${count}`, visitor)
      await closed
    }
    expect((await ask(WEB, '/still-there')).body).toBe('too late')
    await web.waitForLine(/GET \/\d+ .* 499 not a file: .* the visitor left/)
  })

  it('answers 504 when no connection is accepted', async () => {
    // A process that listens and then never accepts: two connections fill its backlog, the kernel drops further SYNs.
    const script = `require('net').createServer().listen({ port: ${APP.port}, host: '${APP.host}', backlog: 1 }, () => {
      require('fs').writeSync(1, 'deaf from now on')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) })`
    const deaf = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const fillers: Socket[] = []
    try {
      await new Promise((resolve) => deaf.stdout.once('data', resolve))
      for (let count = 0; count < 2; count += 1) {
        const filler = connect(APP).on('error', () => undefined)
        fillers.push(filler)
        await new Promise((resolve) => filler.once('connect', resolve))
      }
      const answer = await ask(WEB, '/deaf')
      expect(answer.status).toBe(504)
      expect(answer.body).toContain('no connection was accepted for 5 s')
    } finally {
      fillers.forEach((socket) => socket.destroy())
      deaf.kill('SIGKILL')
      await new Promise((resolve) => deaf.once('close', resolve))
    }
  })
})

describe('SIGTERM', () => {
  it('lets the application finish what it was asked, takes nothing new, and exits with 0', async () => {
    let answerNow = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      void fake.serve((_, response) => {
        answerNow = (): void => void response.end('whole')
        resolve()
      })
    })
    const at = { host: '127.20.4.25', port: 24086 }
    const second = await startReady('web-server', [
      ...['--name', 'web-2', '--listen', `${at.host}:${at.port}`, '--codebase', codebase.dir],
      ...['--app', `${APP.host}:${APP.port}`, '--source', at.host],
    ])
    const answer = ask(at, '/slow', { headers: { Connection: 'keep-alive' } })
    await asked
    second.child.kill('SIGTERM')
    await second.waitForLine(/stopping .*SIGTERM/)
    await expect(ask(at, '/late')).rejects.toThrow('ECONNREFUSED')
    answerNow()
    expect((await answer).body).toBe('whole')
    expect(await second.exit).toEqual({ code: 0, signal: null })
  })
})
