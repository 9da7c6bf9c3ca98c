import { describe, expect, it } from 'vitest'
import {
  addRecord,
  changeRecord,
  listRecords,
  parseZone,
  removeRecord,
  withSerial,
  ZoneEditError,
  zoneSerial,
} from '../../../../services/protocols/dns/index.ts'

const ZONE = `; the zone of the test
$ORIGIN foobar.com.
$TTL 60
@     IN  SOA    ns1 hostmaster (
                 9        ; serial
                 86400 7200 3600000
                 30
               )
@     IN  NS     ns1
ns1   IN  A      127.10.0.53  ; ns-1
www   IN  A      127.10.0.10  ; balancer-1
      IN  TXT    "a; b"  ; by hand
one   10  IN  A  127.10.0.21
`
const HOSTS: Readonly<Record<string, string>> = { '127.10.0.10': 'balancer-1', '127.10.0.21': 'server-1' }
const commentOf = (data: string): string | null => HOSTS[data] ?? null
const lineWith = (text: string, words: string): number =>
  text.split('\n').findIndex((line) => line.replace(/ +/g, ' ').includes(words)) + 1
const WWW = lineWith(ZONE, 'www IN A')

describe('single records of a zone file', () => {
  it('are listed with their lines, as they are written', () => {
    expect(
      listRecords(ZONE).map(({ line, name, type, ttl, effectiveTtl, data }) => [
        line,
        name,
        type,
        ttl,
        effectiveTtl,
        data,
      ]),
    ).toEqual([
      [4, '@', 'SOA', null, 60, 'ns1 hostmaster 9 86400 7200 3600000 30'],
      [9, '@', 'NS', null, 60, 'ns1'],
      [10, 'ns1', 'A', null, 60, '127.10.0.53'],
      [11, 'www', 'A', null, 60, '127.10.0.10'],
      [12, 'www', 'TXT', null, 60, '"a; b"'],
      [13, 'one', 'A', 10, 10, '127.10.0.21'],
    ])
  })

  it('are changed in their line; the host in the comment follows the address, all else stays', () => {
    const next = changeRecord(ZONE, WWW, { name: 'www', type: 'A', ttl: 30, data: '127.10.0.21' }, commentOf)
    expect(next.split('\n')[WWW - 1]).toBe('www  30 IN  A      127.10.0.21  ; server-1')
    const others = (text: string): readonly string[] =>
      text.split('\n').filter((_line, index) => ![WWW - 1, WWW].includes(index))
    expect(others(next)).toEqual(others(ZONE))
  })

  it('keep a comment that a person wrote', () => {
    const next = changeRecord(ZONE, WWW + 1, { name: 'www', type: 'TXT', ttl: null, data: '"other"' }, commentOf)
    expect(next.split('\n')[WWW]).toMatch(/^www +IN {2}TXT {4}"other" {2}; by hand$/)
  })

  it('can go, and the one behind keeps the owner that it had from them', () => {
    const next = removeRecord(ZONE, WWW)
    expect(
      listRecords(next)
        .filter(({ name }) => name === 'www')
        .map(({ type }) => type),
    ).toEqual(['TXT'])
    expect(() => parseZone(next, 'zone')).not.toThrow()
  })

  it('are added behind those of their kind', () => {
    const next = addRecord(ZONE, { name: 'www', type: 'A', ttl: null, data: '127.10.0.21' }, commentOf)
    expect(listRecords(next).map(({ name, type, data }) => `${name} ${type} ${data}`)).toEqual([
      '@ SOA ns1 hostmaster 9 86400 7200 3600000 30',
      '@ NS ns1',
      'ns1 A 127.10.0.53',
      'www A 127.10.0.10',
      'www A 127.10.0.21',
      'www TXT "a; b"',
      'one A 127.10.0.21',
    ])
  })

  it.each([
    ['data that is none', { name: 'www', type: 'A', ttl: null, data: '1.2.3' }, /1\.2\.3 is not an IPv4 address/],
    ['an alias beside other records', { name: 'www', type: 'CNAME', ttl: null, data: 'one' }, /CNAME stands alone/],
    ['a comment in the place of data', { name: 'x', type: 'A', ttl: null, data: '; nothing' }, /missing/],
    ['a name that is none', { name: 'a b', type: 'A', ttl: null, data: '127.10.0.21' }, /b is not a record type/],
  ])('are refused when they hold %s', (_what, record, sentence) => {
    expect(() => addRecord(ZONE, record, commentOf)).toThrow(ZoneEditError)
    expect(() => addRecord(ZONE, record, commentOf)).toThrow(sentence)
  })

  it('leave the SOA record to the file, and say so when the line holds no record', () => {
    expect(() => removeRecord(ZONE, 4)).toThrow(/SOA record is changed in the file/)
    expect(() => removeRecord(ZONE, 2)).toThrow(/no record in this line/)
  })

  it('refuse a change that would change other records as well', () => {
    const inherits = ZONE.replace('$TTL 60\n', '').replace('@     IN  SOA', '@  60 IN  SOA')
    const line = lineWith(inherits, 'one 10 IN A')
    const text = `${inherits}two  IN  A  127.10.0.22\n`
    expect(() => removeRecord(text, line)).toThrow(/other records depend on this line/)
  })
})

describe('the serial', () => {
  it('is written anew in its place; the comment keeps its column', () => {
    expect(zoneSerial(ZONE)).toBe(9)
    const next = withSerial(ZONE, 10)
    expect(zoneSerial(next)).toBe(10)
    expect(next.split('\n')[4]).toBe('                 10       ; serial')
    expect(withSerial(next, 9).split('\n')).toHaveLength(ZONE.split('\n').length)
  })
})
