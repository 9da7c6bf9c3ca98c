import { describe, expect, it } from 'vitest'
import { describeOutcome, describeQuestion } from '../../../../services/protocols/dns/describe.ts'
import { encodeMessage } from '../../../../services/protocols/dns/message.ts'
import { Responder } from '../../../../services/protocols/dns/responder.ts'
import { zoneOf } from './zones.ts'

const responder = new Responder([
  zoneOf(
    `www A 127.10.0.10\ntwo A 10.0.0.1\ntwo A 10.0.0.2\nweb 5 CNAME www\n@ MX 10 ns1\nt TXT "hi; there"\nsub NS ns1
${Array.from({ length: 40 }, (_, index) => `many A 10.1.0.${index}`).join('\n')}`,
  ),
])

function lineFor(name: string, type: number, questionClass = 1): string {
  const query = encodeMessage({
    id: 1,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: false,
    recursionAvailable: false,
    rcode: 0,
    questions: [{ name, type, class: questionClass }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: null,
  })
  const reply = responder.respond(query, 'udp')
  return reply ? `${describeQuestion(query, reply)}: ${describeOutcome(reply)}` : ''
}

describe('a query in a log line', () => {
  it.each([
    ['www.foobar.com.', 1, 'A www.foobar.com: NOERROR 127.10.0.10 ttl 60'],
    ['WEB.foobar.com.', 1, 'A WEB.foobar.com: NOERROR www.foobar.com > 127.10.0.10 ttl 60'],
    ['www.foobar.com.', 28, 'AAAA www.foobar.com: NOERROR no data ttl 30'],
    ['www.foobar.com.', 4711, 'TYPE4711 www.foobar.com: NOERROR no data ttl 30'],
    ['none.foobar.com.', 1, 'A none.foobar.com: NXDOMAIN ttl 30'],
    ['example.org.', 1, 'A example.org: REFUSED'],
    ['foobar.com.', 15, 'MX foobar.com: NOERROR 10 ns1.foobar.com ttl 60'],
    ['foobar.com.', 6, 'SOA foobar.com: NOERROR serial 1 ttl 60'],
    ['t.foobar.com.', 16, 'TXT t.foobar.com: NOERROR "hi; there" ttl 60'],
    ['x.sub.foobar.com.', 1, 'A x.sub.foobar.com: NOERROR referral to ns1.foobar.com'],
    ['many.foobar.com.', 1, 'A many.foobar.com: NOERROR truncated'],
  ])('%s type %i', (name, type, line) => expect(lineFor(name, type)).toBe(line))

  it('names the addresses in the order in which they were sent', () => {
    expect(lineFor('two.foobar.com.', 1)).toBe('A two.foobar.com: NOERROR 10.0.0.1, 10.0.0.2 ttl 60')
    expect(lineFor('two.foobar.com.', 1)).toBe('A two.foobar.com: NOERROR 10.0.0.2, 10.0.0.1 ttl 60')
  })

  it('names a class that is not the usual one, and what cannot be read', () => {
    expect(lineFor('version.bind.', 16, 3)).toBe('TXT version.bind CLASS3: REFUSED')
    const header = Buffer.alloc(12)
    const reply = responder.respond(header, 'udp')
    expect(reply && `${describeQuestion(header, reply)}: ${describeOutcome(reply)}`).toBe('unreadable query: FORMERR')
  })
})
