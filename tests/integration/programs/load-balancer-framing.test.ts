import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  exchange,
  serveHttp,
  serveTcp,
  startBalancer,
  WEB,
  type RunningBalancer,
  type RunningServer,
} from './load-balancer-lab.ts'

/** Each is something that two readers could take differently (request smuggling) or that no reader should take. */
const BAD_REQUESTS: readonly (readonly [what: string, bytes: string, status?: number])[] = [
  ['both lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX'],
  [
    'both lengths, the other order',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n',
  ],
  ['differing lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['a list of lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\nhello!'],
  ['a signed length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello'],
  ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
  ['a hexadecimal length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello'],
  ['an empty length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n'],
  ['a length beyond all numbers', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${'9'.repeat(40)}\r\n\r\n`],
  ['a bare LF behind the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
  ['bare LFs everywhere', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['a bare LF before the empty line', 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
  ['a bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\rTransfer-Encoding: chunked\r\n\r\n'],
  ['a NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n'],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c: d\r\n\r\n'],
  ['a folded first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  ['white space before the colon', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a name that is no token', 'GET / HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n'],
  ['an empty name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
  ['a line without colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\nX: a\r\n\r\n'],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['a target of another host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a target that is no path', 'GET x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a fragment', 'GET /#a HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['two spaces in the request line', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a tab in the request line', 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no version', 'GET /\r\nHost: a\r\n\r\n'],
  ['a lower-case version', 'GET / http/1.1\r\nHost: a\r\n\r\n'],
  ['HTTP/2 in plain', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
  ['chunked not last', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
  [
    'chunked twice',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['identity', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n'],
  ['a coding that looks like chunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a vertical tab before chunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n'],
  ['gzip inside chunked', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 501],
  ['chunks in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  [
    'Connection that names Content-Length',
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\nabc',
  ],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405],
  ['a head that is too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
  ['a target that is too large', `GET /${'y'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
  ['too many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(150)}\r\n`, 431],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
]

const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
const BAD_CHUNKS: readonly (readonly [what: string, body: string])[] = [
  ['no size', '\r\n'],
  ['a size that is no number', 'zz\r\n'],
  ['a size with 0x', '0x1\r\na\r\n0\r\n\r\n'],
  ['a signed size', '+1\r\na\r\n0\r\n\r\n'],
  ['white space behind the size', '1 \r\na\r\n0\r\n\r\n'],
  ['a bare LF behind the size', '1\na\r\n0\r\n\r\n'],
  ['a size beyond all numbers', 'fffffffffffffffff\r\n'],
  ['more data than the size', '1\r\nab\r\n0\r\n\r\n'],
  ['a bare LF behind the data', '1\r\na\n0\r\n\r\n'],
  ['a bare LF in an extension', '1;x\ny\r\na\r\n0\r\n\r\n'],
  ['a bare LF behind the last chunk', '0\r\n\n'],
  ['a Content-Length as a trailer', '0\r\nContent-Length: 3\r\n\r\n'],
  ['a trailer without colon', '0\r\nnonsense\r\n\r\n'],
]

const BAD_RESPONSES: readonly (readonly [what: string, bytes: string])[] = [
  ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['differing lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
  ['a malformed length', 'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nab'],
  ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nab'],
  ['a folded header', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n'],
  ['a bad chunk size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n'],
  ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ['nothing at all', ''],
  ['a head that breaks off', 'HTTP/1.1 200 OK\r\nContent-'],
]

describe('requests that break the rules of framing', () => {
  let balancer: RunningBalancer
  let web: RunningServer
  let seen = 0

  beforeAll(async () => {
    web = await serveHttp(WEB[0], (request, response) => {
      seen += 1
      request.resume()
      request.on('end', () => response.end('fine'))
      request.on('error', () => undefined)
    })
    balancer = await startBalancer({ backend: [`server web-1 ${WEB[0]}:${web.port}`] })
  })
  afterAll(async () => {
    await balancer.stop()
    await web.close()
  })

  it.each(BAD_REQUESTS)('%s: refused and closed, no server sees it', async (_what, bytes, status = 400) => {
    const before = seen
    const answer = await exchange(balancer.port, `${bytes}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain('Connection: close\r\n')
    expect(answer.match(/HTTP\/1\.1 [0-9]{3} /g)).toHaveLength(1)
    expect(seen).toBe(before)
  })

  it.each(BAD_CHUNKS)('chunked body with %s: refused and closed', async (_what, body) => {
    const answer = await exchange(balancer.port, `${CHUNKED}${body}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.match(/HTTP\/1\.1 [0-9]{3} /g)).toHaveLength(1)
  })

  it('takes the same request when it is well formed', async () => {
    const answer = await exchange(
      balancer.port,
      `${CHUNKED}1;x=y\r\na\r\n0\r\nX-Sum: 1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
  })
})

describe('responses that break the rules of framing', () => {
  let balancer: RunningBalancer
  let web: RunningServer
  let bytes = ''
  let requests = 0

  beforeAll(async () => {
    web = await serveTcp(WEB[0], (socket) => {
      socket.on('data', () => {
        requests += 1
        socket.end(bytes, 'latin1')
      })
    })
    balancer = await startBalancer({ backend: ['retry-on none', `server web-1 ${WEB[0]}:${web.port}`] })
  })
  afterAll(async () => {
    await balancer.stop()
    await web.close()
  })

  it.each(BAD_RESPONSES)('%s: 502', async (_what, response) => {
    bytes = response
    requests = 0
    const answer = await exchange(balancer.port, 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 502 /)
    expect(requests).toBe(1)
  })
})
