import { describe, expect, it } from 'vitest'
import { RECORD_TYPES } from '../../../../services/protocols/dns/codes.ts'
import type { RecordData } from '../../../../services/protocols/dns/records.ts'
import { setAt, type Zone } from '../../../../services/protocols/dns/zone.ts'
import { parseZone, ZoneFileError } from '../../../../services/protocols/dns/zone-parser.ts'
import { FIRST_LINE, ZONE_HEAD, zoneOf } from './zones.ts'

const FILE = 'foobar.com.zone'

function dataAt(zone: Zone, name: string, type: keyof typeof RECORD_TYPES): readonly RecordData[] | undefined {
  return setAt(zone, name, RECORD_TYPES[type])?.data
}

function textsAt(zone: Zone, name: string): string[] {
  return (dataAt(zone, name, 'TXT') ?? []).flatMap((data) =>
    data.type === 'TXT' ? data.strings.map((string) => Buffer.from(string).toString('utf8')) : [],
  )
}

/** What a person is told about a zone file. */
function complaint(text: string): string {
  try {
    parseZone(text, FILE)
  } catch (error) {
    if (error instanceof ZoneFileError) return error.message
    throw error
  }
  return ''
}

const complaintAbout = (lines: string): string => complaint(ZONE_HEAD + lines)

describe('parseZone', () => {
  it('reads the example of every construct that RFC 1035 section 5 has', () => {
    const { zone, warnings } = parseZone(
      `; a comment, then an empty line

$ORIGIN com.
$TTL 1h30m
foobar IN SOA ns1.foobar hostmaster.foobar ( ; over several lines
    2026010101 ; serial
    1d 2h
    1w ) 5m
       NS ns1.foobar        ; blank owner
       IN 300 NS ns2.foobar ; class before TTL
$ORIGIN foobar
ns1    300 IN A 127.10.0.53
ns2    A 127.10.0.54
www    A (127.10.0.10)
       A 127.10.0.11
       AAAA 2001:DB8::A
@      MX 10 mail
       mx 20 mail.example.org.
mail   A 127.10.0.25
\\@     TXT "quoted; (not a comment)" plain "a\\"b" \\065 ""
WEB    cname WWW
`,
      FILE,
    )
    expect(zone.apex).toBe('foobar.com.')
    expect(zone.soa).toEqual({
      type: 'SOA',
      primary: 'ns1.foobar.com.',
      mailbox: 'hostmaster.foobar.com.',
      serial: 2_026_010_101,
      refresh: 86_400,
      retry: 7200,
      expire: 604_800,
      minimum: 300,
    })
    expect(dataAt(zone, 'foobar.com.', 'NS')).toHaveLength(2)
    expect(setAt(zone, 'ns1.foobar.com.', RECORD_TYPES.A)?.ttl).toBe(300)
    expect(setAt(zone, 'ns2.foobar.com.', RECORD_TYPES.A)?.ttl).toBe(5400)
    expect(dataAt(zone, 'www.foobar.com.', 'A')).toEqual([
      { type: 'A', address: '127.10.0.10' },
      { type: 'A', address: '127.10.0.11' },
    ])
    expect(dataAt(zone, 'www.foobar.com.', 'AAAA')).toEqual([{ type: 'AAAA', address: '2001:db8::a' }])
    expect(dataAt(zone, 'foobar.com.', 'MX')?.[1]).toEqual({ type: 'MX', preference: 20, target: 'mail.example.org.' })
    expect(textsAt(zone, '\\@.foobar.com.')).toEqual(['quoted; (not a comment)', 'plain', 'a"b', 'A', ''])
    expect(dataAt(zone, 'web.foobar.com.', 'CNAME')).toEqual([{ type: 'CNAME', target: 'WWW.foobar.com.' }])
    expect(zone.recordCount).toBe(13)
    expect(warnings.map((warning) => warning.line)).toEqual([10])
  })

  it('reads Windows line ends, a byte order mark and a last line without an end', () => {
    const text = `\uFEFF${ZONE_HEAD}ns1 A 10.0.0.1\nwww A 10.0.0.2`.replaceAll('\n', '\r\n')
    expect(dataAt(parseZone(text, FILE).zone, 'www.foobar.com.', 'A')).toHaveLength(1)
  })

  it('keeps UTF-8 in texts and single bytes by escapes', () => {
    const zone = zoneOf('t TXT "é" "\\233"')
    const [data] = dataAt(zone, 't.foobar.com.', 'TXT') ?? []
    expect(data?.type === 'TXT' && data.strings).toEqual([Uint8Array.of(0xc3, 0xa9), Uint8Array.of(233)])
  })

  it('goes on with the last TTL that was written where there is no $TTL', () => {
    const text =
      '$ORIGIN foobar.com.\n@ 120 SOA ns1 h 1 1 1 1 1\n  NS ns1\nns1 A 10.0.0.1\nwww 5 A 10.0.0.2\nweb A 10.0.0.3\n'
    const { zone } = parseZone(text, FILE)
    const ttls = ['ns1', 'www', 'web'].map((name) => setAt(zone, `${name}.foobar.com.`, RECORD_TYPES.A)?.ttl)
    expect(ttls).toEqual([120, 5, 5])
  })

  it('takes equal records as one and the lowest of differing TTLs for all', () => {
    const zone = zoneOf('www 60 A 10.0.0.1\nWWW 60 A 10.0.0.1\nwww 30 A 10.0.0.2\n')
    expect(setAt(zone, 'www.foobar.com.', RECORD_TYPES.A)).toMatchObject({ ttl: 30, data: { length: 2 } })
  })

  it('takes a name that looks like a TTL or type for an owner at the start of a line', () => {
    const zone = zoneOf('300 A 10.0.0.1\nA A 10.0.0.2\nIN IN A 10.0.0.3\n')
    for (const name of ['300', 'a', 'in']) expect(dataAt(zone, `${name}.foobar.com.`, 'A')).toHaveLength(1)
  })
})

describe('a zone file with a mistake', () => {
  it.each([
    ['www A 10.0.0.300', '"www A 10.0.0.300": 10.0.0.300 is not an IPv4 address'],
    ['www  A   (10.0.0.300) ; no', '"www A 10.0.0.300": 10.0.0.300 is not an IPv4 address'],
    ['www AAAA 10.0.0.3', '"www AAAA 10.0.0.3": 10.0.0.3 is not an IPv6 address'],
    ['www A', '"www A": an IPv4 address is missing'],
    ['www A 10.0.0.1 10.0.0.2', '"www A 10.0.0.1 10.0.0.2": "10.0.0.2" is too much after the data of the A record'],
    ['www', '"www": the record type is missing'],
    ['www "A" 10.0.0.1', '"www "A" 10.0.0.1": the record type is not written in quotes'],
    [
      'www SRV 1 2 3 x',
      '"www SRV 1 2 3 x": SRV is not a record type that this server knows (A, AAAA, CNAME, MX, NS, SOA, TXT)',
    ],
    ['www CH A 10.0.0.1', '"www CH A 10.0.0.1": the class CH is not served; the class of the Internet is IN'],
    ['www 5000000000 A 10.0.0.1', '"www 5000000000 A 10.0.0.1": 5000000000 is more than 2147483647 seconds'],
    ['@ MX high mail', '"@ MX high mail": high is not a preference: it must be a whole number up to 65535'],
    ['@ MX 65536 mail', '"@ MX 65536 mail": 65536 is not a preference: it must be a whole number up to 65535'],
    ['a..b A 10.0.0.1', '"a..b A 10.0.0.1": a..b holds an empty label (two dots in a row, or a dot at the start)'],
    ['www TXT', '"www TXT": a text is missing'],
    ['www.example.org. A 10.0.0.1', '"www.example.org. A 10.0.0.1": www.example.org. is outside the zone foobar.com.'],
    [
      '$INCLUDE other.zone',
      '"$INCLUDE other.zone": $INCLUDE is not supported; write the records of that file here, so that one file is the whole zone',
    ],
    [
      '$GENERATE 1-9 a A 10.0.0.$',
      '"$GENERATE 1-9 a A 10.0.0.$": $GENERATE is not a directive that this server knows ($ORIGIN, $TTL)',
    ],
    ['$TTL soon', '"$TTL soon": soon is not a time such as 3600 or 1h30m'],
    ['$TTL', '"$TTL": the default TTL is missing'],
    ['$ORIGIN a. b.', '"$ORIGIN a. b.": "b." is too much after $ORIGIN'],
    ['www TXT "open', 'a quotation mark is opened that is not closed on the same line'],
    ['www A 10.0.0.1 )', 'a parenthesis is closed that was never opened'],
    ['www ( A (10.0.0.1) )', 'a parenthesis is opened inside the one of line 5; they cannot be nested'],
    ['www TXT ( "a"\n"b"', 'the parenthesis that is opened here is never closed'],
    ['@ SOA ns1 h 1 2 3 4 5', '"@ SOA ns1 h 1 2 3 4 5": a zone has one SOA record, and the first is in line 3'],
    ['* NS ns1', '"* NS ns1": a wildcard cannot be delegated to a name server'],
  ])('%s', (line, sentence) => {
    expect(complaintAbout(line).split('\n')[0]).toBe(`${FILE}:${FIRST_LINE}: ${sentence}`)
  })

  it('names the line inside of parentheses where it is', () => {
    expect(complaintAbout('www TXT ( "one"\n "two"\n three\\999 )')).toMatch(
      `${FILE}:7: "www TXT "one" "two" three\\999"`,
    )
  })

  it.each([
    [
      'www A 10.0.0.1\nwww CNAME web',
      6,
      '"www CNAME web": www.foobar.com. has a record of type A in line 5; a CNAME stands alone at its name',
    ],
    [
      'www CNAME web\nWWW A 10.0.0.1',
      6,
      '"WWW A 10.0.0.1": WWW.foobar.com. has a record of type CNAME in line 5; a CNAME stands alone at its name',
    ],
    [
      'www CNAME web\nwww CNAME web2',
      6,
      '"www CNAME web2": www.foobar.com. has a record of type CNAME in line 5; a CNAME stands alone at its name',
    ],
    [
      '@ CNAME www',
      5,
      '"@ CNAME www": foobar.com. has a record of type SOA in line 3; a CNAME stands alone at its name',
    ],
  ])('%s', (lines, line, sentence) => expect(complaintAbout(lines)).toBe(`${FILE}:${line}: ${sentence}`))

  it('lacks a SOA record', () => {
    expect(complaint('$ORIGIN foobar.com.\n$TTL 5\nwww A 10.0.0.1\n')).toMatch(`${FILE}:1: the zone has no SOA record`)
    expect(complaint('')).toMatch(`${FILE}:1: the zone has no SOA record`)
  })

  it('lacks a TTL, an origin or an owner', () => {
    expect(complaint('foobar.com. SOA ns1.foobar.com. h.foobar.com. 1 1 1 1 1')).toMatch(
      /:1: .*the TTL is missing: write one/,
    )
    expect(complaint('@ 5 SOA ns1 h 1 1 1 1 1')).toMatch(/:1: .*@ is relative, but there is no \$ORIGIN yet/)
    expect(complaint(' 5 SOA ns1. h. 1 1 1 1 1')).toMatch(/:1: .*the owner is missing/)
  })

  it('has an @ in the mailbox', () => {
    expect(complaint('foobar.com. 5 SOA ns1.x. me@foobar.com. 1 1 1 1 1')).toMatch(
      /me@foobar.com. is not a mailbox: a zone file writes a dot/,
    )
  })

  it('has a text that is too long', () => {
    expect(complaintAbout(`t TXT "${'x'.repeat(256)}"`)).toMatch(/a text has at most 255 bytes, this one has 256/)
    expect(complaintAbout(`t TXT "${'x'.repeat(255)}"`)).toBe('')
  })

  it('has more records at a name than one answer can hold', () => {
    const lines = Array.from({ length: 300 }, (_, index) => `t TXT "${String(index).padStart(200, 'x')}"`).join('\n')
    expect(complaintAbout(lines)).toMatch(/t.foobar.com. has more TXT records than one answer can hold/)
  })

  it('has several: all are named, in the order of lines, but no more than anyone reads', () => {
    const found = complaintAbout('a A 1\nb B 2\nc TXT "x\nwww.example. A 10.0.0.1').split('\n')
    expect(found.map((line) => line.split(':')[1])).toEqual(['5', '6', '7', '8'])
    const many = complaintAbout('a A 1\n'.repeat(50)).split('\n')
    expect(many).toHaveLength(21)
    expect(many.at(-1)).toBe('... and 30 more')
  })

  it('does not pass records on to the owner before when an owner is broken', () => {
    expect(complaintAbout('www A 10.0.0.1\nw..w A 10.0.0.2\n  A 10.0.0.3').split('\n')).toHaveLength(2)
  })
})

describe('a zone file that is hardly meant so', () => {
  const warningsOf = (lines: string): string[] =>
    parseZone(`${ZONE_HEAD}ns1 A 127.10.0.53\n${lines}`, FILE).warnings.map(
      ({ line, sentence }) => `${line}: ${sentence}`,
    )

  it.each([
    [
      '@ MX 10 mail.foobar.com\nmail A 10.0.0.1',
      'mail.foobar.com has no final dot, so it means mail.foobar.com.foobar.com.',
    ],
    ['www CNAME nowhere', 'nowhere.foobar.com. does not exist in this zone'],
    ['@ MX 10 mail', 'mail.foobar.com. does not exist in this zone'],
    ['@ MX 10 alias\nalias CNAME ns1', 'alias.foobar.com. is an alias; MX wants the real name'],
    ['a CNAME b\nb CNAME a', 'the alias leads back to itself'],
    ['sub NS ns1\nwww.sub TXT x', 'sub.foobar.com is delegated to other servers, so this is never answered'],
    ['ns1 30 A 10.0.0.2', 'the same records in line 5 have the TTL 60, not 30; the lower one is used for all'],
  ])('%s', (lines, sentence) => expect(warningsOf(lines).join('\n')).toContain(sentence))

  it('names no server at its top', () => {
    const { warnings } = parseZone('foobar.com. 5 SOA ns1.x. h.x. 1 1 1 1 1', FILE)
    expect(warnings).toEqual([{ line: 1, sentence: 'the zone foobar.com. names no server (NS record) at its top' }])
  })

  it('is silent about an ordinary zone', () => {
    expect(
      warningsOf(
        'www A 10.0.0.1\nweb CNAME www\n@ MX 10 www\nx CNAME www.example.org.\nsub NS ns.sub\nns.sub A 10.0.0.9',
      ),
    ).toEqual([])
  })
})
