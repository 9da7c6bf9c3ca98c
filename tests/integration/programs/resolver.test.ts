import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeQuery, readCacheDump, type CacheDump } from '../../../services/protocols/dns/index.ts'
import { startProgram, type StartedProgram } from '../../programs.ts'
import { findTool, itWith } from '../../tools.ts'

const SERVER = '127.20.2.53'
const RESOLVER = '127.20.2.8'
const PORT = 20_153
const CONTROL = 20_154

const zone = (lines: string): string => `$ORIGIN foobar.com.
$TTL 60
@     IN SOA ns1 hostmaster ( 1 3600 900 604800 30 )
      IN NS  ns1
ns1   A      ${SERVER}
${lines}
`
const MANY = Array.from({ length: 100 }, (_, index) => `lots A 10.2.0.${index}`).join('\n')

let folder = ''
const running: StartedProgram[] = []
const sockets: Socket[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-resolver-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.kill()))
  for (const socket of sockets.splice(0)) socket.close()
})
afterAll(() => rm(folder, { recursive: true }))

async function serveZone(lines: string): Promise<{ program: StartedProgram; file: string }> {
  const file = join(folder, 'foobar.com.zone')
  await writeFile(file, zone(lines))
  const program = startProgram('dns', ['--listen', `${SERVER}:${PORT}`, '--zone', file])
  running.push(program)
  await program.waitForLine(/ready/)
  return { program, file }
}

async function startResolver(...options: string[]): Promise<StartedProgram> {
  const places = ['--listen', `${RESOLVER}:${PORT}`, '--control', `${RESOLVER}:${CONTROL}`, '--source', RESOLVER]
  const program = startProgram('resolver', [...places, '--server', `${SERVER}:${PORT}`, ...options])
  running.push(program)
  await program.waitForLine(/ready .*listening on 127\.20\.2\.8:20153/)
  return program
}

async function dig(...args: string[]): Promise<string> {
  const options = [`@${RESOLVER}`, '-p', String(PORT), '+tries=1', '+time=5', ...args]
  const { stdout } = await promisify(execFile)(findTool('dig') ?? 'dig', options)
  return stdout
}

const answersOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.split(/\s+/).join(' '))
const ttlOf = (text: string): number => Number(answersOf(text)[0]?.split(' ')[1])
const statusOf = (text: string): string => /status: (\w+)/.exec(text)?.[1] ?? ''

function control(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(CONTROL, RESOLVER, () => socket.write(`${command}\n`))
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    socket.on('end', () => resolve(answer.trim())).on('error', reject)
  })
}
const dump = async (): Promise<CacheDump> => readCacheDump(await control('dump_cache'))

describe('resolver, asked by dig', () => {
  itWith(['dig'], 'answers from its cache with a TTL that counts down, until it is flushed', async () => {
    const { program, file } = await serveZone('www A 10.0.0.1')
    await startResolver()
    const first = await dig('www.foobar.com')
    expect(first).toMatch(/flags: qr rd ra;/)
    expect(answersOf(first)).toEqual(['www.foobar.com. 60 IN A 10.0.0.1'])
    await expect.poll(async () => ttlOf(await dig('www.foobar.com')), { timeout: 5000 }).toBeLessThanOrEqual(58)

    await writeFile(file, zone('www A 10.0.0.2').replace('( 1 ', '( 2 '))
    await program.waitForLine(/zone reloaded/)
    expect(answersOf(await dig('www.foobar.com'))[0]).toContain('10.0.0.1')
    expect(await control('flush www.foobar.com')).toBe('ok 1')
    expect(answersOf(await dig('www.foobar.com'))).toEqual(['www.foobar.com. 60 IN A 10.0.0.2'])
  })

  itWith(['dig'], 'asks the server once, and says so', async () => {
    const { program } = await serveZone('www A 10.0.0.1')
    const resolver = await startResolver()
    await dig('www.foobar.com')
    await dig('www.foobar.com')
    await resolver.waitForLine(/A www\.foobar\.com .*NOERROR 10\.0\.0\.1 ttl \d+, from the cache \(\d s old\) udp/)
    const asked = program.output().match(/A www\.foobar\.com/g) ?? []
    expect(asked).toHaveLength(1)
    expect(program.output()).toMatch(/A www\.foobar\.com +127\.20\.2\.8:\d+/)
    const { entries, figures } = await dump()
    expect(figures).toEqual({ queries: 2, hits: 1, upstreamQueries: 1, failures: 0 })
    expect(entries).toMatchObject([
      { kind: 'records', name: 'www.foobar.com', type: 'A', data: ['10.0.0.1'], ttlSeconds: 60, hits: 1 },
    ])
  })

  itWith(['dig'], 'answers several addresses in turn, and follows aliases', async () => {
    await serveZone('www A 10.0.0.1\nwww A 10.0.0.2\nshop CNAME www')
    await startResolver()
    const firsts: (string | undefined)[] = []
    for (let count = 0; count < 3; count += 1)
      firsts.push(
        answersOf(await dig('www.foobar.com'))[0]
          ?.split(' ')
          .at(-1),
      )
    expect(new Set(firsts)).toEqual(new Set(['10.0.0.1', '10.0.0.2']))
    expect(answersOf(await dig('shop.foobar.com'))[0]).toBe('shop.foobar.com. 60 IN CNAME www.foobar.com.')
  })

  itWith(['dig'], 'remembers that there is nothing', async () => {
    const { program } = await serveZone('www A 10.0.0.1')
    await startResolver()
    expect(statusOf(await dig('nope.foobar.com'))).toBe('NXDOMAIN')
    expect(statusOf(await dig('nope.foobar.com', 'AAAA'))).toBe('NXDOMAIN')
    expect((program.output().match(/nope\.foobar\.com/g) ?? []).length).toBe(1)
    expect((await dump()).entries).toMatchObject([
      { kind: 'nxdomain', name: 'nope.foobar.com', data: [], ttlSeconds: 30 },
    ])
  })

  itWith(['dig'], 'asks again by TCP what does not fit, and lets its clients do so', async () => {
    await serveZone(MANY)
    await startResolver()
    const text = await dig('lots.foobar.com')
    expect(text).toContain('Truncated, retrying in TCP mode')
    expect(answersOf(text)).toHaveLength(100)
    expect(answersOf(await dig('lots.foobar.com', '+tcp'))).toHaveLength(100)
  })

  itWith(
    ['dig'],
    'fails with SERVFAIL when nobody answers, at once when nobody listens, and answers what it has',
    async () => {
      const { program } = await serveZone('www A 10.0.0.1')
      await startResolver()
      await dig('www.foobar.com')
      await program.kill()
      expect(statusOf(await dig('other.foobar.com'))).toBe('SERVFAIL')
      expect(statusOf(await dig('www.foobar.com'))).toBe('NOERROR')
      const silent = createSocket('udp4').bind(PORT, SERVER)
      sockets.push(silent)
      await once(silent, 'listening')
      expect(statusOf(await dig('other.foobar.com'))).toBe('SERVFAIL')
    },
  )

  itWith(['dig'], 'honours its caps, and forgets everything when told', async () => {
    await serveZone('www A 10.0.0.1')
    await startResolver('--max-ttl', '5', '--max-negative-ttl', '3')
    await dig('nope.foobar.com')
    expect(ttlOf(await dig('www.foobar.com'))).toBe(5)
    expect((await dump()).entries.map(({ ttlSeconds }) => ttlSeconds)).toEqual([3, 5])
    expect(await control('flush_all')).toBe('ok 2')
    expect((await dump()).entries).toEqual([])
    expect(await control('flush a..b')).toMatch(/^error .*empty label/)
    expect(await control('reboot')).toBe('error unknown command; there are: dump_cache, flush NAME, flush_all')
  })
})

describe('resolver', () => {
  it('explains itself', async () => {
    const program = startProgram('resolver', ['--help'])
    running.push(program)
    expect(await program.exit).toEqual({ code: 0, signal: null })
    expect(program.output()).toMatch(/caching DNS resolver[\s\S]*--server ADDRESS:PORT[\s\S]*--max-negative-ttl S/)
  })

  it('ends in good order while a question is under way', async () => {
    const silent = createSocket('udp4').bind(PORT, SERVER)
    sockets.push(silent)
    await once(silent, 'listening')
    const program = await startResolver()
    const client = createSocket('udp4')
    sockets.push(client)
    const asked = once(silent, 'message')
    client.send(encodeQuery({ id: 1, name: 'www.foobar.com', recursionDesired: true }), PORT, RESOLVER)
    await asked
    expect(await program.stop()).toEqual({ code: 0, signal: null })
  })
})
