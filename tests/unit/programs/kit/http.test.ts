import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  answerAndClose,
  connectionFailure,
  createHttpService,
  endToEndHeaders,
  escapeHtml,
  formatBytes,
  formatMs,
  headerPairs,
  shortTrace,
  statusPage,
  traceSuffix,
  type HttpHandlers,
  type HttpService,
} from '../../../../services/programs/kit/http.ts'

describe('shortTrace', () => {
  const valid = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  it('shows the first 8 digits of the trace id', () => {
    expect(shortTrace(valid)).toBe('4bf92f35')
    expect(traceSuffix(valid)).toBe('  trace 4bf92f35')
    expect(shortTrace(`cc${valid.slice(2)}-what-the-future-will-bring`)).toBe('4bf92f35')
  })

  it.each([
    undefined,
    '',
    'x',
    valid.toUpperCase(),
    `ff${valid.slice(2)}`,
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f35-00f067aa0ba902b7-01',
  ])('shows nothing for %s', (field) => expect(traceSuffix(field)).toBe(''))
})

describe('endToEndHeaders', () => {
  it('drops hop-by-hop fields and those that Connection names, and keeps order, case and repetition', () => {
    const raw = ['Host', 'a', 'Connection', 'keep-alive, X-Secret', 'Keep-Alive', 'timeout=5', 'x-secret', '1']
    raw.push('Transfer-Encoding', 'chunked', 'Upgrade', 'x', 'TE', 'trailers', 'X-A', '1', 'x-a', '2')
    expect(endToEndHeaders(headerPairs(raw))).toEqual([
      ['Host', 'a'],
      ['X-A', '1'],
      ['x-a', '2'],
    ])
  })
})

describe('words and figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1234, '1.2 kB'],
    [3_400_000, '3.4 MB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [0.56, '0.6 ms'],
    [12.3, '12 ms'],
    [9_999, '9999 ms'],
    [12_345, '12.3 s'],
  ])('%d ms', (ms, text) => expect(formatMs(ms)).toBe(text))

  it('says in words what a socket error means', () => {
    expect(connectionFailure(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))).toBe(
      'connection refused',
    )
    expect(connectionFailure(new Error('something else'))).toBe('something else')
  })

  it('escapes everything on a page', () => {
    const html = statusPage({ status: 502, title: '<t>', sentence: `<script>"&'`, servedBy: '<me>' })
    expect(html).toContain('&lt;script&gt;&quot;&amp;&#39;')
    expect(html).not.toMatch(/<script>|<t>|<me>/)
    expect(escapeHtml('plain')).toBe('plain')
  })
})

describe('createHttpService', () => {
  const open: Socket[] = []
  afterEach(() => open.splice(0).forEach((socket) => socket.destroy()))

  async function start(handlers: Partial<HttpHandlers>): Promise<{ service: HttpService; port: number }> {
    const service = createHttpService(
      {},
      { handle: (_, response) => void response.end('ok'), refused: () => undefined, ...handlers },
    )
    await new Promise<void>((resolve) => service.server.listen(0, '127.20.4.9', resolve))
    const address = service.server.address()
    return { service, port: typeof address === 'object' && address !== null ? address.port : 0 }
  }

  async function dial(
    port: number,
  ): Promise<{ socket: Socket; closed: Promise<string>; read: (end: string) => Promise<string> }> {
    const socket = connect({ host: '127.20.4.9', port })
    open.push(socket)
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
    const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)))
    await new Promise((resolve) => socket.once('connect', resolve))
    const read = (end: string): Promise<string> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (text.includes(end)) resolve(text)
          else socket.once('data', () => setImmediate(look))
        }
        look()
      })
    return { socket, closed, read }
  }

  it('ends idle and unused connections and lets a request in flight finish', async () => {
    let finishSlow = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      finishSlow = resolve
    })
    let answerSlow = (): void => undefined
    const { service, port } = await start({
      handle: (request, response) => {
        if (request.url !== '/slow') return void response.end('ok')
        answerSlow = (): void => void response.end('slow is done')
        finishSlow()
      },
    })
    const idle = await dial(port)
    idle.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await idle.read('\r\n\r\nok')
    const fresh = await dial(port)
    const slow = await dial(port)
    slow.socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await begun

    let stopped = false
    const stop = service.stop().then(() => (stopped = true))
    await idle.closed
    expect(await fresh.closed).toBe('')
    expect(stopped).toBe(false)
    answerSlow()
    const text = await slow.closed
    expect(text).toContain('slow is done')
    expect(text).toMatch(/connection: close/i)
    await stop
  })

  it('answers what is no HTTP and tells whom', async () => {
    const refused: string[] = []
    const { service, port } = await start({ refused: (peer, reason) => refused.push(`${peer} ${reason}`) })
    const peer = await dial(port)
    peer.socket.write('hello there\r\n\r\n')
    expect(await peer.closed).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatch(/^127\.\d+\.\d+\.\d+:\d+ /)
    await service.stop()
  })

  /** Sends everything before it reads a byte, as simple clients do; rejects when the server resets the connection. */
  async function sendThenRead(port: number, bytes: string): Promise<string> {
    const socket = connect({ host: '127.20.4.9', port })
    open.push(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.write(bytes, () => resolve())
    })
    let text = ''
    for await (const chunk of socket.setEncoding('utf8')) text += String(chunk)
    return text
  }

  const LARGE = 'x'.repeat(32 * 1024 * 1024)
  const tooLarge = (request: IncomingMessage, response: ServerResponse): void =>
    answerAndClose(request, response, { status: 413, type: 'text/plain', text: 'too large' })

  it('gives its answer also to a client that reads only after it sent a body that nobody wants', async () => {
    const { service, port } = await start({ handle: tooLarge })
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LARGE.length}\r\n\r\n`
    const text = await sendThenRead(port, head + LARGE)
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*connection: close\r\n[^]*too large$/i)
    await service.stop()
  })

  it('closes on a client that announced an unwanted body and sends none of it', async () => {
    const { service, port } = await start({ handle: tooLarge })
    expect(await sendThenRead(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nx')).toMatch(/too large$/)
    await service.stop()
  })

  it('gives its refusal of a head also to a client that sends all of it first', async () => {
    const refused: string[] = []
    const { service, port } = await start({ refused: (_, reason) => refused.push(reason) })
    const text = await sendThenRead(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${LARGE}\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect(refused).toHaveLength(1)
    await service.stop()
  })
})
