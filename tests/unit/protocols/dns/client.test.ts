import { describe, expect, it } from 'vitest'
import {
  DnsFormatError,
  decodeMessage,
  decodeResponse,
  encodeMessage,
  encodeQuery,
  Responder,
} from '../../../../services/protocols/dns/index.ts'
import { zoneOf } from './zones.ts'

const responder = new Responder([
  zoneOf(
    'www 90 A 10.0.0.1\nwww 90 A 10.0.0.2\nwww AAAA ::1\nshop 20 CNAME web\nweb CNAME www\na CNAME b\nb CNAME a\ntext TXT x',
  ),
])

function resolve(name: string, type: 'A' | 'AAAA' = 'A'): ReturnType<typeof decodeResponse> {
  const query = encodeQuery({ id: 77, name, type, udpSize: 1232 })
  const reply = responder.respond(query, 'udp')
  return decodeResponse(reply?.bytes ?? Buffer.alloc(0), query)
}

describe('encodeQuery', () => {
  it('asks for one name, without recursion unless told to', () => {
    expect(decodeMessage(encodeQuery({ id: 1, name: 'www.foobar.com' }))).toMatchObject({
      id: 1,
      response: false,
      recursionDesired: false,
      questions: [{ name: 'www.foobar.com.', type: 1, class: 1 }],
      edns: null,
    })
    const query = decodeMessage(encodeQuery({ id: 1, name: 'x.', type: 'AAAA', recursionDesired: true, udpSize: 1232 }))
    expect(query).toMatchObject({ recursionDesired: true, questions: [{ type: 28 }], edns: { udpSize: 1232 } })
  })

  it('rejects what is no name', () => {
    expect(() => encodeQuery({ id: 1, name: 'a..b' })).toThrow('empty label')
  })
})

describe('decodeResponse', () => {
  it('gives the addresses with their TTL', () => {
    expect(resolve('www.foobar.com')).toEqual({
      rcode: 'NOERROR',
      authoritative: true,
      truncated: false,
      addresses: [
        { address: '10.0.0.1', ttl: 90 },
        { address: '10.0.0.2', ttl: 90 },
      ],
      aliases: [],
      negativeTtl: null,
      ageSeconds: null,
    })
    expect(resolve('www.foobar.com', 'AAAA').addresses).toEqual([{ address: '::1', ttl: 60 }])
  })

  it('gives the aliases on the way', () => {
    const answer = resolve('SHOP.foobar.com')
    expect(answer.aliases.map(({ name, target, ttl }) => `${name.toLowerCase()} ${target} ${ttl}`)).toEqual([
      'shop.foobar.com. web.foobar.com. 20',
      'web.foobar.com. www.foobar.com. 60',
    ])
    expect(answer.addresses).toHaveLength(2)
  })

  it('ends in a loop of aliases', () => {
    expect(resolve('a.foobar.com')).toMatchObject({ rcode: 'NOERROR', addresses: [], aliases: { length: 2 } })
  })

  it('says how long there is nothing', () => {
    expect(resolve('none.foobar.com')).toMatchObject({ rcode: 'NXDOMAIN', addresses: [], negativeTtl: 30 })
    expect(resolve('text.foobar.com')).toMatchObject({ rcode: 'NOERROR', addresses: [], negativeTtl: 30 })
    expect(resolve('example.org')).toMatchObject({ rcode: 'REFUSED', negativeTtl: null, authoritative: false })
  })

  it('takes no address of a name that was not asked for', () => {
    const query = encodeQuery({ id: 77, name: 'www.foobar.com' })
    const reply = decodeMessage(responder.respond(query, 'udp')?.bytes ?? Buffer.alloc(0))
    const foreign = reply.answers.map((record) => ({ ...record, name: 'bank.example.' }))
    expect(decodeResponse(encodeMessage({ ...reply, answers: foreign }), query).addresses).toEqual([])
  })

  it('rejects answers to other queries', () => {
    const query = encodeQuery({ id: 77, name: 'www.foobar.com' })
    const answerTo = (other: Buffer): Buffer => responder.respond(other, 'udp')?.bytes ?? Buffer.alloc(0)
    for (const other of [
      answerTo(encodeQuery({ id: 78, name: 'www.foobar.com' })),
      answerTo(encodeQuery({ id: 77, name: 'web.foobar.com' })),
      answerTo(encodeQuery({ id: 77, name: 'www.foobar.com', type: 'AAAA' })),
      query,
      Buffer.from('nonsense'),
    ])
      expect(() => decodeResponse(other, query)).toThrow(DnsFormatError)
  })

  it('takes an error without a question for what it is', () => {
    const query = encodeQuery({ id: 77, name: 'www.foobar.com' })
    const error = Buffer.alloc(12)
    error.writeUInt16BE(77)
    error.writeUInt16BE(0x8001, 2)
    expect(decodeResponse(error, query).rcode).toBe('FORMERR')
  })
})
