import { describe, expect, it } from 'vitest'
import {
  findHeadEnd,
  keepsAlive,
  MAX_HEAD_BYTES,
  parseRequestHead,
  parseResponseHead,
  skipEmptyLines,
  splitAbsoluteTarget,
  upgradeWanted,
} from '../../../../services/protocols/http1/head.ts'
import { Http1Error } from '../../../../services/protocols/http1/http1-error.ts'

const statusOf = (run: () => unknown): number | null => {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof Http1Error) return error.status
    throw error
  }
}

describe('parseRequestHead', () => {
  it('reads the request line and the fields, with their places', () => {
    const text = 'GET /a?b=c HTTP/1.1\r\nHost: www.foobar.com\r\nX-Empty:\r\nX-Two: \t a b \t\r\n'
    const head = parseRequestHead(text)
    expect(head).toMatchObject({ method: 'GET', target: '/a?b=c', minorVersion: 1, host: 'www.foobar.com' })
    expect(head.fields.map((field) => [field.name, field.value])).toEqual([
      ['host', 'www.foobar.com'],
      ['x-empty', ''],
      ['x-two', 'a b'],
    ])
    expect(head.fields.map((field) => text.slice(field.start, field.end)).join('')).toBe(
      text.slice(text.indexOf('Host')),
    )
  })

  it('keeps bytes above ASCII in values and refuses them in targets', () => {
    expect(parseRequestHead('GET / HTTP/1.1\r\nHost: a\r\nX: \u00e9\r\n').fields[1]?.value).toBe('\u00e9')
    expect(statusOf(() => parseRequestHead('GET /\u00e9 HTTP/1.1\r\nHost: a\r\n'))).toBe(400)
  })

  it('lets HTTP/1.0 go without Host', () => {
    expect(parseRequestHead('GET / HTTP/1.0\r\n')).toMatchObject({ host: null, minorVersion: 0 })
  })

  it.each([
    ['OPTIONS * HTTP/1.1\r\nHost: a\r\n', null],
    ['GET * HTTP/1.1\r\nHost: a\r\n', 400],
    ['CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n', null],
    ['CONNECT / HTTP/1.1\r\nHost: a\r\n', null],
    ['GET http://A/ HTTP/1.1\r\nHost: a\r\n', null],
    ['GET http://a@b/ HTTP/1.1\r\nHost: b\r\n', 400],
    ['GET / HTTP/1.1 \r\nHost: a\r\n', 400],
    ['G(T / HTTP/1.1\r\nHost: a\r\n', 400],
    ['GET / HTTP/1.9\r\nHost: a\r\n', null],
    ['GET / HTTP/3.0\r\nHost: a\r\n', 505],
    ['GET / HTTP/1.10\r\nHost: a\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a b\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a,b\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: [::1]:80\r\n', null],
    [`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(100)}`, null],
    [`GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(101)}`, 431],
  ])('%j: %s', (text, status) => {
    expect(statusOf(() => parseRequestHead(text))).toBe(status)
  })
})

describe('parseResponseHead', () => {
  it('reads the status line', () => {
    expect(parseResponseHead('HTTP/1.1 404 Not  Found\r\nA: b\r\n')).toMatchObject({
      status: 404,
      reason: 'Not  Found',
      minorVersion: 1,
    })
    expect(parseResponseHead('HTTP/1.0 200 \r\n')).toMatchObject({ status: 200, reason: '', minorVersion: 0 })
    expect(parseResponseHead('HTTP/1.1 200\r\n')).toMatchObject({ status: 200, reason: '' })
  })

  it.each([
    'HTTP/1.1 20 OK\r\n',
    'HTTP/1.1 2000 OK\r\n',
    'HTTP/1.1  200 OK\r\n',
    'HTTP/1.1 600 OK\r\n',
    'HTTP/1.1-200 OK\r\n',
    'ICY 200 OK\r\n',
    '\r\n',
  ])('refuses %j', (text) => {
    expect(statusOf(() => parseResponseHead(text))).not.toBeNull()
  })
})

describe('findHeadEnd', () => {
  const find = (text: string): number => findHeadEnd(Buffer.from(text, 'latin1'), 0, text.length)

  it('finds the end behind the empty line, wherever the bytes were cut', () => {
    const text = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    for (let cut = 1; cut < text.length; cut += 1) expect(find(text.slice(0, cut))).toBe(-1)
    expect(find(`${text}body`)).toBe(text.length)
  })

  it('does not look behind the end of what was received', () => {
    const bytes = Buffer.from('GET / HTTP/1.1\r\n\r\n', 'latin1')
    expect(findHeadEnd(bytes, 0, 10)).toBe(-1)
  })

  it('refuses at once what cannot become a head', () => {
    expect(statusOf(() => find('GET / HTTP/1.1\n'))).toBe(400)
    expect(statusOf(() => find('GET / HTTP/1.1\rX'))).toBe(400)
    expect(statusOf(() => find('GET / HTTP/1.1\0'))).toBe(400)
  })

  it('has a limit for the whole and one for the target', () => {
    expect(statusOf(() => find(`GET / HTTP/1.1\r\nX: ${'y'.repeat(MAX_HEAD_BYTES)}`))).toBe(431)
    expect(statusOf(() => find(`GET / HTTP/1.1\r\nX: ${'y'.repeat(MAX_HEAD_BYTES)}\r\n\r\n`))).toBe(431)
    expect(statusOf(() => find(`GET /${'y'.repeat(MAX_HEAD_BYTES)}`))).toBe(414)
  })
})

describe('what a head asks of the connection', () => {
  it.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n', true],
    ['GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n', false],
    ['GET / HTTP/1.0\r\n', false],
    ['GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n', true],
    ['GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n', false],
  ])('%j keeps alive: %s', (text, expected) => {
    expect(keepsAlive(parseRequestHead(text))).toBe(expected)
  })

  it('upgrades only when Connection says so, and never from HTTP/1.0', () => {
    const wanted = (text: string): string | null => upgradeWanted(parseRequestHead(text))
    expect(wanted('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n')).toBe('websocket')
    expect(wanted('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n')).toBeNull()
    expect(wanted('GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n')).toBeNull()
  })

  it('splits an absolute target', () => {
    expect(splitAbsoluteTarget('http://a:80')).toEqual({ authority: 'a:80', path: '/' })
    expect(splitAbsoluteTarget('HTTPS://a/b?c')).toEqual({ authority: 'a', path: '/b?c' })
    expect(splitAbsoluteTarget('http://a?c')).toEqual({ authority: 'a', path: '/?c' })
    expect(splitAbsoluteTarget('/a')).toBeNull()
  })

  it('skips empty lines before a request, but no half of one', () => {
    const bytes = Buffer.from('\r\n\r\nGET', 'latin1')
    expect(skipEmptyLines(bytes, 0, bytes.length)).toBe(4)
    expect(skipEmptyLines(bytes, 0, 3)).toBe(2)
  })
})
