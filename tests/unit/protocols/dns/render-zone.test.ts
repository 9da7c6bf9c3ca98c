import { describe, expect, it } from 'vitest'
import { parseZone, renderZone, type ZonePlan } from '../../../../services/protocols/dns/index.ts'

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'))

const PLAN: ZonePlan = {
  origin: 'foobar.com',
  ttl: 60,
  soa: {
    primary: 'ns1',
    mailbox: 'hostmaster.foobar.com.',
    serial: 7,
    refresh: 3600,
    retry: 900,
    expire: 604_800,
    minimum: 30,
  },
  records: [
    { name: 'www', data: { type: 'A', address: '127.10.0.10' }, comment: 'the load\nbalancer' },
    { name: 'www.foobar.com.', ttl: 5, data: { type: 'AAAA', address: '::1' } },
    { name: '@', data: { type: 'NS', target: 'ns1' } },
    { name: 'ns1', data: { type: 'A', address: '127.10.0.53' } },
    { name: 'web', data: { type: 'CNAME', target: 'www.foobar.com.' } },
    { name: 'out', data: { type: 'CNAME', target: 'www.example.org.' } },
    { name: '@', data: { type: 'MX', preference: 10, target: 'www' } },
    { name: 'a\\.b', data: { type: 'TXT', strings: [text('a "quoted"; \\ text'), text('\u0000\u00ff'), text('')] } },
  ],
}

describe('renderZone', () => {
  it('writes what parseZone reads back, without a warning', () => {
    const { zone, warnings } = parseZone(renderZone(PLAN), 'foobar.com.zone')
    expect(warnings).toEqual([])
    expect(zone.soa).toEqual({ ...PLAN.soa, type: 'SOA', primary: 'ns1.foobar.com.' })
    const sets = [...zone.nodes.values()].flatMap(({ sets: all }) => [...all.values()])
    const found = sets.map(({ name, ttl, data }) => ({ name, ttl, data }))
    const expected = [
      { name: 'www.foobar.com.', ttl: 60, data: [{ type: 'A', address: '127.10.0.10' }] },
      { name: 'www.foobar.com.', ttl: 5, data: [{ type: 'AAAA', address: '::1' }] },
      { name: 'foobar.com.', ttl: 60, data: [{ type: 'NS', target: 'ns1.foobar.com.' }] },
      { name: 'ns1.foobar.com.', ttl: 60, data: [{ type: 'A', address: '127.10.0.53' }] },
      { name: 'web.foobar.com.', ttl: 60, data: [{ type: 'CNAME', target: 'www.foobar.com.' }] },
      { name: 'out.foobar.com.', ttl: 60, data: [{ type: 'CNAME', target: 'www.example.org.' }] },
      { name: 'foobar.com.', ttl: 60, data: [{ type: 'MX', preference: 10, target: 'www.foobar.com.' }] },
      { name: 'a\\.b.foobar.com.', ttl: 60, data: PLAN.records.slice(-1).map((line) => line.data) },
    ]
    for (const set of expected) expect(found).toContainEqual(set)
    expect(found).toHaveLength(expected.length + 1)
  })

  it('writes lines that a person would write', () => {
    const lines = renderZone(PLAN).split('\n')
    expect(lines).toContain('$ORIGIN foobar.com.')
    expect(lines).toContain('www   IN  A      127.10.0.10  ; the load balancer')
    expect(lines).toContain('web   IN  CNAME  www')
    expect(lines).toContain('@     IN  MX     10 www')
    expect(lines.filter((line) => line.startsWith(';')).length).toBeGreaterThan(5)
  })

  it('says what is wrong with a name', () => {
    expect(() =>
      renderZone({ ...PLAN, records: [{ name: 'a..b', data: { type: 'A', address: '10.0.0.1' } }] }),
    ).toThrow('a..b holds an empty label')
  })
})
