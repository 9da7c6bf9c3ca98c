import { describe, expect, it } from 'vitest'
import { QUERY_TYPES, RCODES, RECORD_TYPES } from '../../../../services/protocols/dns/codes.ts'
import { decodeMessage, encodeMessage, type Edns, type Message } from '../../../../services/protocols/dns/message.ts'
import { parseZone } from '../../../../services/protocols/dns/index.ts'
import { Responder, type Transport } from '../../../../services/protocols/dns/responder.ts'
import { seededRandom, zoneOf } from './zones.ts'

const many = (count: number, name: string): string =>
  Array.from({ length: count }, (_, index) => `${name} A 10.1.0.${index}`).join('\n')

const zone = zoneOf(`
www   A  10.0.0.1
      A  10.0.0.2
      A  10.0.0.3
web   CNAME www
${many(30, 'thirty')}
${many(90, 'ninety')}
*.wild A 10.0.0.8
       A 10.0.0.9
${Array.from({ length: 20 }, (_, index) => `mx MX ${index} m${index}\nm${index} A 10.2.0.${index}`).join('\n')}
${Array.from({ length: 25 }, (_, index) => `sub NS ns${index}.sub\nns${index}.sub A 10.3.0.${index}`).join('\n')}
`)

interface Asking {
  readonly type?: number
  readonly class?: number
  readonly edns?: Partial<Edns>
  readonly opcode?: number
  readonly recursionDesired?: boolean
}

function queryFor(name: string, asking: Asking = {}): Buffer {
  return encodeMessage({
    id: 0x1234,
    response: false,
    opcode: asking.opcode ?? 0,
    authoritative: false,
    truncated: false,
    recursionDesired: asking.recursionDesired ?? false,
    recursionAvailable: false,
    rcode: 0,
    questions: [{ name, type: asking.type ?? RECORD_TYPES.A, class: asking.class ?? 1 }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: asking.edns ? { udpSize: 1232, version: 0, dnssecOk: false, ...asking.edns } : null,
  })
}

function respond(responder: Responder, query: Buffer, transport: Transport = 'udp'): Message {
  const reply = responder.respond(query, transport)
  if (reply === null) throw new Error('no answer')
  return decodeMessage(reply.bytes)
}

const ask = (name: string, asking: Asking = {}, transport: Transport = 'udp'): Message =>
  respond(new Responder([zone]), queryFor(name, asking), transport)

const addresses = (message: Message): string[] =>
  message.answers.flatMap(({ data }) => ('address' in data ? [data.address] : []))

describe('Responder', () => {
  it('answers with id, question and RD as asked, AA set and RA not', () => {
    const message = ask('WwW.fooBAR.com.', { recursionDesired: true })
    expect(message).toMatchObject({
      id: 0x1234,
      response: true,
      authoritative: true,
      truncated: false,
      rcode: 0,
      edns: null,
    })
    expect(message).toMatchObject({ recursionDesired: true, recursionAvailable: false })
    expect(message.questions).toEqual([{ name: 'WwW.fooBAR.com.', type: 1, class: 1 }])
    expect(message.answers[0]?.name).toBe('WwW.fooBAR.com.')
    expect(ask('www.foobar.com.').recursionDesired).toBe(false)
  })

  it('gives each asker its own letters, whoever asked first', () => {
    const responder = new Responder([zone])
    for (const name of ['www.foobar.com.', 'WWW.FOOBAR.COM.', 'wWw.fOObar.com.'])
      expect(respond(responder, queryFor(name)).questions[0]?.name).toBe(name)
  })

  it('tells types apart whose bytes look like letters', () => {
    const responder = new Responder([zone])
    // 65 (HTTPS) is "A" as a byte and 97 is "a".
    expect(respond(responder, queryFor('www.foobar.com.', { type: 65 })).questions[0]?.type).toBe(65)
    expect(respond(responder, queryFor('www.foobar.com.', { type: 97 })).questions[0]?.type).toBe(97)
  })

  it('rotates addresses from query to query, by whatever name or way they are asked for', () => {
    const responder = new Responder([zone])
    const firsts = [
      respond(responder, queryFor('www.foobar.com.')),
      respond(responder, queryFor('WWW.foobar.com.'), 'tcp'),
      respond(responder, queryFor('web.foobar.com.')),
      respond(responder, queryFor('www.foobar.com.', { edns: {} })),
    ].map((message) => addresses(message))
    expect(firsts).toEqual([
      ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
      ['10.0.0.2', '10.0.0.3', '10.0.0.1'],
      ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
      ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    ])
  })

  it('rotates what a wildcard gives, over all names', () => {
    const responder = new Responder([zone])
    const firsts = ['a', 'b', 'a'].map((name) => addresses(respond(responder, queryFor(`${name}.wild.foobar.com.`)))[0])
    expect(firsts).toEqual(['10.0.0.8', '10.0.0.9', '10.0.0.8'])
  })

  it('says NXDOMAIN with the SOA', () => {
    const message = ask('none.foobar.com.')
    expect(message.rcode).toBe(RCODES.NXDOMAIN)
    expect(message.authorities).toMatchObject([{ name: 'foobar.com.', ttl: 30, data: { type: 'SOA', minimum: 30 } }])
  })

  it('refuses what is not in its zones', () => {
    for (const message of [
      ask('www.example.org.'),
      ask('com.'),
      ask('.'),
      ask('xfoobar.com.'),
      ask('version.bind.', { class: 3, type: 16 }),
      ask('www.foobar.com.', { class: 255 }),
      ask('foobar.com.', { type: QUERY_TYPES.AXFR }, 'tcp'),
    ])
      expect(message).toMatchObject({
        rcode: RCODES.REFUSED,
        authoritative: false,
        answers: [],
        questions: { length: 1 },
      })
  })

  it('answers from the zone with the longest name', () => {
    const inner = parseZone(
      'sub.foobar.com. 5 SOA ns1.x. h.x. 1 1 1 1 1\nwww.sub.foobar.com. 5 A 10.9.9.9',
      'inner',
    ).zone
    const message = respond(new Responder([zone, inner]), queryFor('www.sub.foobar.com.'))
    expect(addresses(message)).toEqual(['10.9.9.9'])
    expect(message.authoritative).toBe(true)
  })

  it('goes on answering right when more questions came than it keeps', () => {
    const responder = new Responder([zone])
    for (let index = 0; index < 10_000; index += 1) {
      expect(responder.respond(queryFor(`n${index}.foobar.com.`), 'udp')?.rcode).toBe(RCODES.NXDOMAIN)
      if (index % 2000 === 0)
        expect(addresses(respond(responder, queryFor('ns1.foobar.com.')))).toEqual(['127.10.0.53'])
    }
  })
})

describe('Responder and sizes', () => {
  const sizeOf = (name: string, asking: Asking, transport: Transport = 'udp', type = 1): readonly [number, Message] => {
    const reply = new Responder([zone]).respond(queryFor(name, { ...asking, type }), transport)
    if (reply === null) throw new Error('no answer')
    return [reply.bytes.length, decodeMessage(reply.bytes)]
  }

  it('truncates at 512 bytes without EDNS, and not by TCP', () => {
    const [, cut] = sizeOf('thirty.foobar.com.', {})
    expect(cut).toMatchObject({ truncated: true, rcode: 0, answers: [], questions: { length: 1 } })
    const [length, whole] = sizeOf('thirty.foobar.com.', {}, 'tcp')
    expect(whole).toMatchObject({ truncated: false, answers: { length: 30 } })
    expect(length).toBe(12 + 23 + 30 * 16)
  })

  it.each([
    { udpSize: 0, truncated: true },
    { udpSize: 512, truncated: true },
    { udpSize: 525, truncated: true },
    { udpSize: 526, truncated: false },
    { udpSize: 1232, truncated: false },
  ])('fits 526 bytes in the $udpSize that the client takes: TC $truncated', ({ udpSize, truncated }) => {
    const [length, message] = sizeOf('thirty.foobar.com.', { edns: { udpSize } })
    expect(message.truncated).toBe(truncated)
    expect(length).toBe(truncated ? 12 + 23 + 11 : 526)
    expect(message.edns?.udpSize).toBe(1232)
  })

  it('sends no more than 1232 bytes by UDP, whatever is offered', () => {
    const [, message] = sizeOf('ninety.foobar.com.', { edns: { udpSize: 65_535 } })
    expect(message.truncated).toBe(true)
    expect(sizeOf('ninety.foobar.com.', { edns: {} }, 'tcp')[1].answers).toHaveLength(90)
  })

  it('leaves out additional records before it truncates', () => {
    const [, message] = sizeOf('mx.foobar.com.', {}, 'udp', RECORD_TYPES.MX)
    expect(message).toMatchObject({ truncated: false, answers: { length: 20 }, additionals: [] })
    expect(sizeOf('mx.foobar.com.', { edns: {} }, 'udp', RECORD_TYPES.MX)[1].additionals).toHaveLength(20)
  })

  it('truncates a referral whose addresses do not fit (RFC 9471)', () => {
    const [, cut] = sizeOf('www.sub.foobar.com.', {})
    expect(cut).toMatchObject({ truncated: true, authorities: [], additionals: [], authoritative: false })
    const [, whole] = sizeOf('www.sub.foobar.com.', { edns: {} })
    expect(whole).toMatchObject({ truncated: false, authorities: { length: 25 }, additionals: { length: 25 } })
  })
})

describe('Responder and EDNS', () => {
  it('answers with an OPT record only when asked with one, the DO bit as it came', () => {
    expect(ask('www.foobar.com.').edns).toBeNull()
    expect(ask('www.foobar.com.', { edns: {} }).edns).toEqual({ udpSize: 1232, version: 0, dnssecOk: false })
    expect(ask('none.foobar.com.', { edns: { dnssecOk: true } }).edns).toEqual({
      udpSize: 1232,
      version: 0,
      dnssecOk: true,
    })
    expect(ask('example.org.', { edns: {} })).toMatchObject({ rcode: RCODES.REFUSED, edns: { version: 0 } })
  })

  it('says BADVERS to a version that it does not know, and which it knows', () => {
    expect(ask('www.foobar.com.', { edns: { version: 1 } })).toMatchObject({
      rcode: RCODES.BADVERS,
      answers: [],
      edns: { version: 0 },
    })
  })

  it('passes over options, but not over broken ones', () => {
    const withOptions = (...options: number[]): Buffer => {
      const query = queryFor('www.foobar.com.', { edns: {} })
      query.writeUInt16BE(options.length, query.length - 2)
      return Buffer.concat([query, Buffer.from(options)])
    }
    const responder = new Responder([zone])
    expect(respond(responder, withOptions(0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8)).rcode).toBe(0)
    expect(respond(responder, withOptions(0, 10, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8)).rcode).toBe(RCODES.FORMERR)
    expect(respond(responder, withOptions(0, 10, 0)).rcode).toBe(RCODES.FORMERR)
  })

  it('says FORMERR to two OPT records, or one that is not of the root', () => {
    const query = queryFor('www.foobar.com.', { edns: {} })
    const opt = query.subarray(query.length - 11)
    const twice = Buffer.concat([query, opt])
    twice.writeUInt16BE(2, 10)
    const named = Buffer.concat([query.subarray(0, query.length - 11), Buffer.of(0xc0, 12), opt.subarray(1)])
    for (const broken of [twice, named]) expect(respond(new Responder([zone]), broken).rcode).toBe(RCODES.FORMERR)
  })
})

describe('Responder and odd messages', () => {
  const responder = new Responder([zone])

  it('is silent to responses and to what is no message', () => {
    const response = queryFor('www.foobar.com.')
    response[2] = 0x80
    for (const message of [response, Buffer.alloc(0), Buffer.alloc(11)])
      expect(responder.respond(message, 'udp')).toBeNull()
  })

  it('says NOTIMP to other opcodes, which come back', () => {
    expect(ask('foobar.com.', { opcode: 4 })).toMatchObject({
      rcode: RCODES.NOTIMP,
      opcode: 4,
      questions: { length: 1 },
    })
    const update = Buffer.alloc(12)
    update[2] = 5 << 3
    expect(respond(responder, update)).toMatchObject({ rcode: RCODES.NOTIMP, opcode: 5, questions: [] })
  })

  it('says NOTIMP to types that ask for something else than records', () => {
    for (const type of [0, 41, 249, 250, 253]) expect(ask('foobar.com.', { type }).rcode).toBe(RCODES.NOTIMP)
  })

  const broken: Record<string, (query: Buffer) => Buffer> = {
    'no question': (query) => (query.writeUInt16BE(0, 4), query),
    'two questions': (query) => (query.writeUInt16BE(2, 4), query),
    'an answer count': (query) => (query.writeUInt16BE(1, 6), query),
    'an authority count': (query) => (query.writeUInt16BE(1, 8), query),
    'an additional count without a record': (query) => (query.writeUInt16BE(1, 10), query),
    'a byte too much': (query) => Buffer.concat([query, Buffer.of(0)]),
    'a byte too few': (query) => query.subarray(0, -1),
    'a header only': (query) => query.subarray(0, 12),
    'a pointer in the question': (query) => ((query[12] = 0xc0), query),
    'a label of 64 bytes': (query) => ((query[12] = 64), query),
    'a name of 256 bytes': () =>
      queryFor(`${'x'.repeat(63)}.`.repeat(3) + `${'x'.repeat(61)}.`, { recursionDesired: true }).map((byte) =>
        byte === 61 ? 62 : byte,
      ) as Buffer,
  }
  it.each(Object.entries(broken))('says FORMERR to %s, with the header alone', (_, damage) => {
    const message = respond(responder, Buffer.from(damage(queryFor('www.foobar.com.', { recursionDesired: true }))))
    expect(message).toMatchObject({ id: 0x1234, rcode: RCODES.FORMERR, questions: [], recursionDesired: true })
  })

  it('takes the longest name that there may be', () => {
    const name = `${'x'.repeat(63)}.`.repeat(3) + `${'x'.repeat(50)}.foobar.com.`
    expect(ask(name).rcode).toBe(RCODES.NXDOMAIN)
  })

  it('answers 20,000 random and damaged messages with a well-formed one or not at all', () => {
    const random = seededRandom(2)
    const queries = [
      queryFor('www.foobar.com.', { edns: {} }),
      queryFor('a.b.wild.foobar.com.'),
      queryFor('thirty.foobar.com.', { edns: { udpSize: 600 } }),
      queryFor('x.sub.foobar.com.'),
    ]
    const outcomes = new Map<number | null, number>()
    for (let round = 0; round < 20_000; round += 1) {
      const message = damaged(queries[round % queries.length] ?? Buffer.alloc(0), random)
      const copy = Buffer.from(message)
      const reply = responder.respond(message, round % 3 === 0 ? 'tcp' : 'udp')
      if (!message.equals(copy)) throw new Error('the query was changed')
      outcomes.set(reply?.rcode ?? null, (outcomes.get(reply?.rcode ?? null) ?? 0) + 1)
      if (reply === null) continue
      const answer = decodeMessage(reply.bytes)
      if (!answer.response || answer.id !== message.readUInt16BE(0)) throw new Error('not an answer to this query')
      if (answer.questions.length === 0 && answer.rcode === 0) throw new Error('an answer without its question')
    }
    for (const outcome of [null, ...Object.values(RCODES).filter((rcode) => rcode !== RCODES.SERVFAIL)])
      expect(outcomes.get(outcome), `outcome ${outcome}`).toBeGreaterThan(10)
  })

  function damaged(query: Buffer, random: () => number): Buffer {
    const pick = (below: number): number => Math.floor(random() * below)
    if (random() < 0.1) return Buffer.from(Array.from({ length: pick(80) }, () => pick(256)))
    const message = Buffer.from(query.subarray(0, random() < 0.2 ? pick(query.length) : query.length))
    for (let damage = pick(4); damage > 0 && message.length > 0; damage -= 1) message[pick(message.length)] = pick(256)
    return message
  }
})
