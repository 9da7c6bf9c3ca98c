import { describe, expect, it } from 'vitest'
import { DS_TYPE, QUERY_TYPES, RECORD_TYPES } from '../../../../services/protocols/dns/codes.ts'
import { lookup, type Answer } from '../../../../services/protocols/dns/lookup.ts'
import type { RecordSet } from '../../../../services/protocols/dns/records.ts'
import { zoneOf } from './zones.ts'

const zone = zoneOf(`
www       A     10.0.0.1
          A     10.0.0.2
          AAAA  ::1
web       CNAME www
shop      CNAME web
out       CNAME www.example.org.
nowhere   CNAME missing
nodata    CNAME text
a         CNAME b
b         CNAME a
me        CNAME me
text      TXT   hello
@         MX    10 mail
          MX    20 mail.example.org.
mail      A     10.0.0.25
          AAAA  ::25
deep.empty.between  A 10.0.0.3
*.wild    A     10.0.0.4
*.wild    TXT   wild
set.wild  TXT   here
*.alias   CNAME www
under.below.wild  TXT there
sub       NS    ns.sub
          NS    ns.example.org.
ns.sub    A     10.0.0.9
into      CNAME host.sub
`)

const ask = (name: string, type: keyof typeof RECORD_TYPES = 'A'): Answer =>
  lookup(zone, name === '@' ? 'foobar.com.' : `${name}.foobar.com.`, RECORD_TYPES[type])

const brief = (sets: readonly RecordSet[]): string[] =>
  sets.map((set) => `${set.name.replace('.foobar.com.', '')} ${set.type} ${set.data.length} ttl ${set.ttl}`)

const NEGATIVE_SOA = ['foobar.com. SOA 1 ttl 30']

describe('lookup', () => {
  it('answers with all records of the name and type', () => {
    expect(ask('www')).toMatchObject({ rcode: 0, authoritative: true, authority: [], additional: [] })
    expect(brief(ask('www').answer)).toEqual(['www A 2 ttl 60'])
    expect(brief(ask('WWW', 'AAAA').answer)).toEqual(['www AAAA 1 ttl 60'])
  })

  it('follows aliases and keeps them in the answer', () => {
    expect(brief(ask('shop').answer)).toEqual(['shop CNAME 1 ttl 60', 'web CNAME 1 ttl 60', 'www A 2 ttl 60'])
  })

  it('does not follow an alias that was asked for itself', () => {
    expect(brief(ask('shop', 'CNAME').answer)).toEqual(['shop CNAME 1 ttl 60'])
  })

  it('leaves an alias out of the zone to the client', () => {
    expect(ask('out')).toMatchObject({ rcode: 0, authority: [] })
    expect(brief(ask('out').answer)).toEqual(['out CNAME 1 ttl 60'])
  })

  it('gives the rcode of the end of the chain (RFC 6604), with its SOA', () => {
    expect(ask('nowhere').rcode).toBe(3)
    expect(brief(ask('nowhere').answer)).toEqual(['nowhere CNAME 1 ttl 60'])
    expect(brief(ask('nowhere').authority)).toEqual(NEGATIVE_SOA)
    expect(ask('nodata').rcode).toBe(0)
    expect(brief(ask('nodata').authority)).toEqual(NEGATIVE_SOA)
  })

  it('ends in a loop of aliases', () => {
    expect(brief(ask('a').answer)).toEqual(['a CNAME 1 ttl 60', 'b CNAME 1 ttl 60'])
    expect(brief(ask('me').answer)).toEqual(['me CNAME 1 ttl 60'])
  })

  it('bounds a chain that is too long', () => {
    const long = zoneOf(
      Array.from({ length: 40 }, (_, index) => `c${index} CNAME c${index + 1}`).join('\n') + '\nc40 A 10.0.0.1',
    )
    expect(lookup(long, 'c0.foobar.com.', 1).answer).toHaveLength(17)
  })

  it('says NXDOMAIN with the SOA, its TTL the lower of TTL and minimum (RFC 2308)', () => {
    expect(ask('missing')).toMatchObject({ rcode: 3, authoritative: true, answer: [], additional: [] })
    expect(brief(ask('missing').authority)).toEqual(NEGATIVE_SOA)
    expect(ask('below.www').rcode).toBe(3)
  })

  it('says NODATA with the SOA for a name without the type', () => {
    expect(ask('mail', 'TXT')).toMatchObject({ rcode: 0, answer: [] })
    expect(brief(ask('mail', 'TXT').authority)).toEqual(NEGATIVE_SOA)
    expect(brief(lookup(zone, 'www.foobar.com.', 65).authority)).toEqual(NEGATIVE_SOA)
  })

  it('says NODATA, not NXDOMAIN, for names that only stand between others', () => {
    for (const name of ['empty.between', 'between']) expect(ask(name)).toMatchObject({ rcode: 0, answer: [] })
    expect(ask('other.between').rcode).toBe(3)
  })

  it('adds the addresses of MX and NS targets that it knows', () => {
    expect(brief(ask('@', 'MX').additional)).toEqual(['mail A 1 ttl 60', 'mail AAAA 1 ttl 60'])
    expect(brief(ask('@', 'NS').additional)).toEqual(['ns1 A 1 ttl 60'])
    expect(ask('@', 'MX').additionalRequired).toBe(false)
  })

  it('answers ANY with one set (RFC 8482)', () => {
    expect(lookup(zone, 'www.foobar.com.', QUERY_TYPES.ANY).answer).toHaveLength(1)
    expect(brief(lookup(zone, 'shop.foobar.com.', QUERY_TYPES.ANY).answer)).toEqual(['shop CNAME 1 ttl 60'])
    expect(lookup(zone, 'none.foobar.com.', QUERY_TYPES.ANY).rcode).toBe(3)
  })

  describe('with wildcards (RFC 4592)', () => {
    it('answers for names that do not exist, at any depth', () => {
      expect(brief(ask('x.wild').answer)).toEqual(['x.wild A 1 ttl 60'])
      expect(brief(ask('x.y.wild').answer)).toEqual(['x.y.wild A 1 ttl 60'])
      expect(brief(ask('x.alias').answer)).toEqual(['x.alias CNAME 1 ttl 60', 'www A 2 ttl 60'])
    })

    it('says NODATA for a type that the wildcard lacks', () => {
      expect(ask('x.wild', 'MX')).toMatchObject({ rcode: 0, answer: [] })
    })

    it('does not answer for names that exist, nor below them', () => {
      expect(ask('set.wild')).toMatchObject({ rcode: 0, answer: [] })
      expect(ask('x.set.wild').rcode).toBe(3)
      expect(ask('below.wild')).toMatchObject({ rcode: 0, answer: [] })
      expect(ask('x.below.wild').rcode).toBe(3)
      expect(ask('wild')).toMatchObject({ rcode: 0, answer: [] })
    })

    it('is a name like any other when it is asked for itself', () => {
      expect(brief(ask('*.wild').answer)).toEqual(['*.wild A 1 ttl 60'])
    })
  })

  describe('at a delegation', () => {
    it.each(['sub', 'host.sub', 'ns.sub'])('refers the client of %s to its servers, with their addresses', (name) => {
      const answer = ask(name)
      expect(answer).toMatchObject({ rcode: 0, authoritative: false, answer: [], additionalRequired: true })
      expect(brief(answer.authority)).toEqual(['sub NS 2 ttl 60'])
      expect(brief(answer.additional)).toEqual(['ns.sub A 1 ttl 60'])
    })

    it('answers for the DS record itself, which belongs to the parent', () => {
      expect(lookup(zone, 'sub.foobar.com.', DS_TYPE)).toMatchObject({ rcode: 0, authoritative: true })
      expect(lookup(zone, 'x.sub.foobar.com.', DS_TYPE).authoritative).toBe(false)
    })

    it('keeps the alias that led there', () => {
      expect(ask('into').authoritative).toBe(true)
      expect(brief(ask('into').answer)).toEqual(['into CNAME 1 ttl 60'])
      expect(brief(ask('into').authority)).toEqual(['sub NS 2 ttl 60'])
    })
  })
})
