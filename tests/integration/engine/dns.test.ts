import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CachedAnswer, Trace, ZoneView } from '../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../engine.ts'

const TOPOLOGY = '2-dns_and_resolver'
const SITE = 'www.foobar.com'
const OLD = '127.10.0.10'
const NEW = '127.10.0.21'

let lab: TestEngine
let shipped = ''
beforeAll(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: TOPOLOGY })
  shipped = (await zone()).text
})
afterAll(() => lab.close())
beforeEach(async () => {
  if ((await zone()).text !== shipped) await lab.run('editZone', { text: shipped })
  await lab.run('flushCache', {})
})

async function zone(): Promise<ZoneView> {
  const [first] = (await lab.run('readDns', {})).zones
  if (first === undefined) throw new Error('no zone')
  return first
}
async function cached(name = SITE): Promise<CachedAnswer | undefined> {
  return (await lab.run('readDns', {})).resolvers[0]?.entries.find((entry) => entry.name === name)
}
const upstream = async (): Promise<number> => (await lab.run('readDns', {})).resolvers[0]?.upstreamQueries ?? -1
const addressOf = async (url?: string): Promise<string | undefined> =>
  (await lab.run('sendRequest', url === undefined ? {} : { url })).resolved?.address
const setWww = (data: string[], ttl: number | null = null): Promise<ZoneView> =>
  lab.run('setRecords', { name: 'www', type: 'A', data, ttl })

/** The trace of one more request, when it is whole. */
async function traced(): Promise<Trace> {
  const { traceparent } = await lab.run('sendRequest', {})
  const id = traceparent.split('-')[1]
  const known = await lab.until((state) =>
    state.traces.some(({ traceId, totalMs }) => traceId === id && totalMs !== null),
  )
  return lab.run('readTrace', { trace: known.traces.find(({ traceId }) => traceId === id)?.id ?? -1 })
}
const told = (trace: Trace): readonly string[] => trace.steps.map(({ sentence }) => sentence.key)

describe('a resolver between the visitors and the DNS server', () => {
  it('is a process of the lab like any other, with its links', () => {
    const resolver = lab.service('resolver-1')
    expect(resolver).toMatchObject({ role: 'resolver', host: 'provider-1', state: 'ready', address: '127.10.0.8' })
    expect(resolver.pid).toBeGreaterThan(0)
    const dns = lab.state().links.filter(({ protocol }) => protocol === 'DNS')
    expect(dns.map(({ id }) => id)).toEqual(['client>resolver-1', 'resolver-1>dns-1'])
  })

  it('asks for the first visitor and remembers for the second; the trace shows both', async () => {
    const before = await upstream()
    const first = await traced()
    expect(first.hops.filter(({ protocol }) => protocol === 'DNS').map(({ link, parent }) => [link, parent])).toEqual([
      ['client>resolver-1', null],
      ['resolver-1>dns-1', 0],
    ])
    expect(told(first)).toEqual(expect.arrayContaining(['resolverAsked', 'resolverAsks', 'dnsAnswered']))
    const second = await traced()
    expect(second.hops.filter(({ protocol }) => protocol === 'DNS')).toHaveLength(1)
    expect(told(second)).toContain('dnsFromCache')
    expect(told(second)).not.toContain('staleAnswer')
    expect((await upstream()) - before).toBe(1)
    const entry = await cached()
    expect(entry).toMatchObject({ kind: 'records', data: [OLD], ttlSeconds: 60, stale: null })
    expect((entry?.expiresAtMs ?? 0) - (entry?.storedAtMs ?? 0)).toBe(60_000)
  })

  it('remembers that there is nothing, for as long as the SOA record says (RFC 2308)', async () => {
    await addressOf('http://nothing.foobar.com/')
    const before = await upstream()
    await addressOf('http://nothing.foobar.com/')
    expect(await upstream()).toBe(before)
    expect(await cached('nothing.foobar.com')).toMatchObject({ kind: 'nxdomain', ttlSeconds: 30 })
    await lab.run('setRecords', { name: 'nothing', type: 'A', data: [NEW], ttl: null })
    expect(await addressOf('http://nothing.foobar.com/')).toBeUndefined()
    expect((await cached('nothing.foobar.com'))?.stale?.zone).toEqual([NEW])
  })

  it('keeps visitors with the old server after a change, until it is flushed; the trace says why', async () => {
    expect(await addressOf()).toBe(OLD)
    await setWww([NEW])
    const late = await traced()
    const why = late.steps.find(({ sentence }) => sentence.key === 'staleAnswer')?.sentence.params
    expect(why).toMatchObject({ to: 'resolver-1', zone: NEW })
    expect(Number(why?.['ttl'])).toBeGreaterThan(50)
    expect((await cached())?.stale?.zone).toEqual([NEW])
    expect(await lab.run('flushCache', { name: 'www' })).toEqual({ flushed: 1 })
    expect(await addressOf()).toBe(NEW)
    expect((await cached())?.stale).toBeNull()
  })

  it('lets visitors go on to the new server when the time to live is over', async () => {
    await setWww([OLD], 1)
    expect(await addressOf()).toBe(OLD)
    await setWww([NEW], 1)
    await expect.poll(() => addressOf(), { timeout: 10_000 }).toBe(NEW)
  })

  it('takes several addresses in turn, and follows an alias', async () => {
    await setWww([NEW, '127.10.0.22'], 30)
    const seen = [await addressOf(), await addressOf(), await addressOf(), await addressOf()]
    expect(new Set(seen)).toEqual(new Set([NEW, '127.10.0.22']))
    await lab.run('setRecords', { name: 'www', type: 'CNAME', data: ['two'], ttl: null })
    await lab.run('flushCache', {})
    expect(await addressOf()).toBe('127.10.0.22')
  })

  it('says what is wrong when it is stopped', async () => {
    await lab.run('actOnService', { service: 'resolver-1', action: 'kill' })
    await expect(lab.run('flushCache', {})).rejects.toMatchObject({ code: 'RESOLVER_SILENT' })
    expect((await lab.run('readDns', {})).resolvers[0]?.failure?.code).toBe('RESOLVER_SILENT')
    expect((await lab.run('sendRequest', {})).failure?.code).toBe('REQUEST_DNS_FAILED')
    await lab.run('actOnService', { service: 'resolver-1', action: 'start' })
    expect(await addressOf()).toBe(OLD)
  })
})

describe('the zone', () => {
  it('is changed by row with a new serial, served at once, and the change can be undone and done again', async () => {
    const before = await zone()
    const www = before.rows.find(({ name }) => name === 'www')
    const record = { name: 'www', type: 'A', ttl: 20, data: NEW } as const
    const after = await lab.run('changeRecord', {
      base: before.text,
      change: { kind: 'change', line: www?.line ?? 0, record },
    })
    expect(after.serial).toBe((before.serial ?? 0) + 1)
    expect(after.text.split('\n')[(www?.line ?? 0) - 1]).toContain(`${NEW}  ; server-1`)
    expect(await addressOf()).toBe(NEW)
    expect(lab.state().design.undoLabel?.kind).toBe('editZone')
    await lab.run('undo', {})
    await lab.run('flushCache', {})
    expect(await addressOf()).toBe(OLD)
    await lab.run('redo', {})
    await lab.run('flushCache', {})
    expect(await addressOf()).toBe(NEW)
    expect((await zone()).serial).toBe((before.serial ?? 0) + 3)
  })

  it('is left as it is by a text with a mistake, which is named with its line', async () => {
    const { text, path } = await zone()
    const broken = text.replace('127.10.0.10', '127.10.0')
    const line = broken.split('\n').findIndex((one) => one.startsWith('www')) + 1
    expect((await lab.run('checkZone', { text: broken })).problems).toEqual([
      { line, sentence: expect.stringContaining('127.10.0 is not an IPv4 address') as string },
    ])
    await expect(lab.run('editZone', { text: broken })).rejects.toMatchObject({
      code: 'ZONE_INVALID',
      params: { line },
    })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('is not overwritten where somebody else has changed the file', async () => {
    const { text, path, serial } = await zone()
    const edited = text.replace(String(serial), String((serial ?? 0) + 1)).replace('127.10.0.10', NEW)
    await writeFile(path, edited)
    await expect(lab.run('editZone', { text, base: text })).rejects.toMatchObject({ code: 'ZONE_CHANGED' })
    expect(await readFile(path, 'utf8')).toBe(edited)
    await expect.poll(async () => (await zone()).rows.find(({ name }) => name === 'www')?.data).toBe(NEW)
  })
})

describe('a lost server', () => {
  it(
    'costs less behind a balancer than behind a changed record, and the lab is as before',
    { timeout: 90_000 },
    async () => {
      const before = await zone()
      const result = await lab.run('compareFailover', { rate: 20, ttl: 4 })
      expect(result.state).toBe('done')
      const [balancer, changed, both] = result.rows
      expect(balancer?.downtimeMs).toBeLessThanOrEqual(500)
      // Noticed after a second by two checks, and then the rest of the four seconds that were begun two seconds before.
      expect(changed?.downtimeMs).toBeGreaterThan(1000)
      expect(changed?.downtimeMs).toBeLessThan(6000)
      expect(both?.noticedMs).toBeNull()
      expect(changed?.failed).toBeGreaterThan(balancer?.failed ?? 0)
      for (const { killed } of result.rows) expect(lab.service(killed ?? '').state).toBe('ready')
      const rows = (view: ZoneView): readonly string[] => view.rows.slice(1).map(({ name, data }) => `${name} ${data}`)
      expect(rows(await zone())).toEqual(rows(before))
      expect(lab.state().failover).toEqual(result)
    },
  )
})
