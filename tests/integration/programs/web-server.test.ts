import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startProgram, type StartedProgram } from '../../programs.ts'
import { FakeApplication } from './fake-application.ts'
import { ask, exchange, makeCodebase, readAnswer, startReady, TRACEPARENT, type Codebase } from './web-stack.ts'

const WEB = { host: '127.20.4.21', port: 24080 }
const APP = { host: '127.20.4.22', port: 24081 }
const CSS = 'body { color: blue }\n'
const BIG = Buffer.alloc(3_000_000, 'abcdefghij')

let codebase: Codebase
let web: StartedProgram

beforeAll(async () => {
  codebase = makeCodebase({
    'public/assets/style.css': CSS,
    'public/assets/empty.txt': '',
    'public/assets/big.bin': BIG,
    'public/assets/caf\u00e9 1.txt': 'coffee',
    'public/docs/index.html': '<h1>docs</h1>',
    'public/plain/readme.txt': 'no index here',
    'public/.env': 'SECRET=1',
    'app/secret.js': 'SECRET',
  })
  writeFileSync(join(codebase.dir, 'outside.txt'), 'SECRET')
  symlinkSync(join(codebase.dir, 'outside.txt'), codebase.path('public/leak.txt'))
  symlinkSync(codebase.path('app'), codebase.path('public/leakdir'))
  symlinkSync('circle', codebase.path('public/circle'))
  symlinkSync('assets', codebase.path('public/inside'))
  web = await startReady('web-server', webArgs())
})

afterAll(async () => {
  await web.stop()
  codebase.remove()
})

function webArgs(): string[] {
  const app = ['--app', `${APP.host}:${APP.port}`, '--app-name', 'app-1', '--source', WEB.host]
  return ['--name', 'web-1', '--listen', `${WEB.host}:${WEB.port}`, '--codebase', codebase.dir, ...app]
}

const fake = new FakeApplication(APP)
afterEach(() => fake.stop())

describe('files', () => {
  it('says which release it serves, and serves with type, length, tag, date and its names', async () => {
    expect(web.output()).toMatch(/release v1 .*releases\/v1\/public/)
    const answer = await ask(WEB, '/assets/style.css?v=1', { headers: { traceparent: TRACEPARENT } })
    expect(answer.status).toBe(200)
    expect(answer.body).toBe(CSS)
    expect(answer.header('content-type')).toBe('text/css; charset=utf-8')
    expect(answer.header('content-length')).toBe(String(CSS.length))
    expect(answer.header('etag')).toMatch(/^"[\w-]{22}"$/)
    expect(answer.header('last-modified')).toMatch(/ GMT$/)
    expect(answer.header('cache-control')).toBe('no-cache')
    expect(answer.header('x-served-by')).toBe('web-1')
    expect(answer.header('x-release')).toBe('v1')
    const line = await web.waitForLine(/GET \/assets\/style\.css\?v=1/)
    expect(line).toMatch(/127\.\d+\.\d+\.\d+:\d+ +200 file, 21 B in [\d.]+ ms {2}trace 4bf92f35$/)
  })

  it('answers HEAD as GET, without the content', async () => {
    const answer = await ask(WEB, '/assets/style.css', { method: 'HEAD' })
    expect([answer.status, answer.header('content-length'), answer.body]).toEqual([200, String(CSS.length), ''])
  })

  it('sends an empty file and names with spaces and accents', async () => {
    const empty = await ask(WEB, '/assets/empty.txt')
    expect([empty.status, empty.header('content-length'), empty.body]).toEqual([200, '0', ''])
    expect((await ask(WEB, '/assets/caf%C3%A9%201.txt')).body).toBe('coffee')
    expect((await ask(WEB, '/inside/style.css')).body).toBe(CSS)
  })

  it('shows a file that changed at once, under a new tag', async () => {
    codebase.write({ 'public/assets/theme.css': 'a { color: blue }' })
    const before = await ask(WEB, '/assets/theme.css')
    codebase.write({ 'public/assets/theme.css': 'a { color: teal }' })
    const tag = before.header('etag') ?? ''
    const after = await ask(WEB, '/assets/theme.css', { headers: { 'If-None-Match': tag } })
    expect([after.status, after.body]).toEqual([200, 'a { color: teal }'])
    expect(after.header('etag')).not.toBe(tag)
  })

  it('answers conditions', async () => {
    const first = await ask(WEB, '/assets/style.css')
    const [etag, date] = [first.header('etag') ?? '', first.header('last-modified') ?? '']
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await ask(WEB, '/assets/style.css', { headers })).status
    const same = await ask(WEB, '/assets/style.css', { headers: { 'If-None-Match': etag } })
    expect([same.status, same.body, same.header('etag')]).toEqual([304, '', etag])
    expect(await status({ 'If-Modified-Since': date })).toBe(304)
    expect(await status({ 'If-None-Match': '"other"', 'If-Modified-Since': date })).toBe(200)
    expect(await status({ 'If-Match': '"other"' })).toBe(412)
    expect(await status({ Range: 'bytes=0-3', 'If-Range': etag })).toBe(206)
    expect(await status({ Range: 'bytes=0-3', 'If-Range': '"other"' })).toBe(200)
  })

  it.each([
    ['bytes=0-3', 206, 'body', 'bytes 0-3/21'],
    ['bytes=-3', 206, ' }\n', 'bytes 18-20/21'],
    ['bytes=5-', 206, CSS.slice(5), 'bytes 5-20/21'],
    ['bytes=21-', 416, '', 'bytes */21'],
    ['bytes=0-1,3-4', 200, CSS, null],
    ['bytes=x', 200, CSS, null],
  ])('Range: %s is %d', async (range, status, body, contentRange) => {
    const answer = await ask(WEB, '/assets/style.css', { headers: { Range: range } })
    expect([answer.status, answer.body, answer.header('content-range')]).toEqual([status, body, contentRange])
    if (status !== 416) expect(answer.header('content-length')).toBe(String(body.length))
  })

  it('streams a file that is too large to keep, whole and in part', async () => {
    const whole = await ask(WEB, '/assets/big.bin')
    expect(Buffer.from(whole.body, 'latin1').equals(BIG)).toBe(true)
    const part = await ask(WEB, '/assets/big.bin', { headers: { Range: 'bytes=2000005-2000014' } })
    expect([part.status, part.body]).toEqual([206, 'fghijabcde'])
    const tag = whole.header('etag') ?? ''
    expect((await ask(WEB, '/assets/big.bin', { headers: { 'If-None-Match': tag } })).status).toBe(304)
  })

  it('serves the index page of a folder, and leads there from the name without a slash', async () => {
    expect((await ask(WEB, '/docs/')).body).toBe('<h1>docs</h1>')
    const answer = await ask(WEB, '/docs?a=1?2')
    expect([answer.status, answer.header('location')]).toEqual([301, '/docs/?a=1?2'])
  })

  it('says that a file can only be read', async () => {
    const answer = await ask(WEB, '/assets/style.css', { method: 'POST', body: 'x' })
    expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('does not let an upgrade to h2c hide the files', async () => {
    const headers = { Connection: 'close, Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' }
    expect((await ask(WEB, '/assets/style.css', { headers })).body).toBe(CSS)
  })
})

describe('paths that climb', () => {
  it.each([
    ['/../app/secret.js', 400],
    ['/assets/../../app/secret.js', 400],
    ['/%2e%2e/app/secret.js', 400],
    ['/..%2fapp/secret.js', 400],
    ['/%252e%252e/app/secret.js', 400],
    ['/%252e%252e%252fapp%252fsecret.js', 400],
    ['/..\\app\\secret.js', 400],
    ['/..%5capp%5csecret.js', 400],
    ['/assets/style.css%00.txt', 400],
    ['/%c0%ae%c0%ae/app/secret.js', 400],
    ['/%', 400],
    ['http://www.foobar.com/../app/secret.js', 400],
    ['/leak.txt', 403],
    ['/leakdir/secret.js', 403],
    ['/circle', 403],
  ])('%s is refused with %d', async (target, status) => {
    const answer = await ask(WEB, target)
    expect(answer.status).toBe(status)
    expect(answer.body).not.toContain('SECRET')
    expect(answer.header('x-served-by')).toBe('web-1')
  })

  it.each([
    '/.env',
    '//etc/passwd',
    '/plain/',
    '/plain',
    '/assets/style.css/',
    '/assets%2Fstyle.css',
    '/x'.repeat(3000),
  ])('%.40s is no file: the application answers', async (target) => {
    await fake.serve((request, response) => void response.end(`app got ${request.url}`))
    expect((await ask(WEB, target)).body).toBe(`app got ${target}`)
  })
})

describe('framing', () => {
  it.each([
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a bare LF in a field', 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    [
      'an unknown coding',
      'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      501,
    ],
  ])('refuses %s', async (_, bytes, status) => {
    expect(readAnswer(await exchange(WEB.host, WEB.port, bytes)).status).toBe(status)
  })
})

describe('start', () => {
  it('says what is missing', async () => {
    const wrong = startProgram('web-server', [
      '--listen',
      '127.20.4.23:24082',
      '--app',
      '127.20.4.22:1',
      '--codebase',
      '/nowhere',
    ])
    expect((await wrong.exit).code).toBe(78)
    expect(wrong.output()).toContain('/nowhere/current leads to no release')
  })

  it('names the port that is taken', async () => {
    const second = startProgram('web-server', webArgs())
    expect((await second.exit).code).toBe(69)
    expect(second.output()).toContain('port 24080 on 127.20.4.21 is taken by another program')
  })

  it('listens on loopback only', async () => {
    const open = startProgram('web-server', [
      '--listen',
      '0.0.0.0:24083',
      '--app',
      '127.20.4.22:1',
      '--codebase',
      codebase.dir,
    ])
    expect((await open.exit).code).toBe(64)
    expect(open.output()).toContain('not a loopback address')
  })
})
