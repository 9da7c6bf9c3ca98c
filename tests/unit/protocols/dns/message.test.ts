import packet from 'dns-packet'
import { describe, expect, it } from 'vitest'
import { RECORD_TYPES } from '../../../../services/protocols/dns/codes.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../../services/protocols/dns/message.ts'
import { DnsFormatError } from '../../../../services/protocols/dns/message-reader.ts'
import type { RecordData, ResourceRecord } from '../../../../services/protocols/dns/records.ts'
import { seededRandom } from './zones.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

const record = (name: string, data: RecordData, ttl = 60): ResourceRecord => ({
  name,
  type: RECORD_TYPES[data.type],
  class: 1,
  ttl,
  data,
})

const SOA: RecordData = {
  type: 'SOA',
  primary: 'ns1.foobar.com.',
  mailbox: 'hostmaster.foobar.com.',
  serial: 4_294_967_295,
  refresh: 3600,
  retry: 900,
  expire: 604_800,
  minimum: 30,
}

const FULL: Message = {
  id: 0xbeef,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  rcode: 0,
  questions: [{ name: 'www.foobar.com.', type: 255, class: 1 }],
  answers: [
    record('www.foobar.com.', { type: 'A', address: '127.10.0.10' }),
    record('www.foobar.com.', { type: 'AAAA', address: '2001:db8::10' }),
    record('web.foobar.com.', { type: 'CNAME', target: 'www.foobar.com.' }),
    record('foobar.com.', { type: 'MX', preference: 10, target: 'mail.foobar.com.' }),
    record('foobar.com.', { type: 'TXT', strings: [bytesOf('hello'), bytesOf(''), bytesOf('caf\u00e9')] }, 2 ** 31 - 1),
  ],
  authorities: [record('foobar.com.', { type: 'NS', target: 'ns1.foobar.com.' }), record('foobar.com.', SOA)],
  additionals: [record('ns1.foobar.com.', { type: 'A', address: '127.10.0.53' })],
  edns: { udpSize: 1232, version: 0, dnssecOk: true },
}

describe('encodeMessage and decodeMessage', () => {
  it('give back every section, flag and record type', () => {
    expect(decodeMessage(encodeMessage(FULL))).toEqual(FULL)
  })

  it('give back an rcode that needs the OPT record', () => {
    expect(decodeMessage(encodeMessage({ ...FULL, rcode: 16 })).rcode).toBe(16)
  })

  it('give back names with bytes that only escapes can write', () => {
    const name = 'a\\.b.\\000\\255.\\"x.'
    const message = { ...FULL, questions: [{ name, type: 1, class: 1 }] }
    expect(decodeMessage(encodeMessage(message)).questions[0]?.name).toBe(name)
  })

  it('keep data of unknown types as it is', () => {
    const unknown = {
      name: '.',
      type: 4711,
      class: 1,
      ttl: 0,
      data: { type: 'unknown', bytes: Uint8Array.of(1, 2) },
    } as const
    expect(decodeMessage(encodeMessage({ ...FULL, answers: [unknown] })).answers).toEqual([unknown])
  })

  it('compress names, without regard to case', () => {
    const once = encodeMessage({ ...FULL, answers: [], authorities: [], additionals: [], edns: null })
    const answers = [record('WWW.foobar.com.', { type: 'CNAME', target: 'web.FOOBAR.com.' })]
    const both = encodeMessage({ ...FULL, answers, authorities: [], additionals: [], edns: null })
    // Owner: a pointer. Then type, class, TTL, length. Then "web" and a pointer.
    expect(both.length - once.length).toBe(2 + 10 + 4 + 2)
    expect(both.readUInt16BE(once.length)).toBe(0xc00c)
  })

  it('do not take the label "a.b" for the labels "a" and "b"', () => {
    const questions = [{ name: 'a.b.', type: 1, class: 1 }]
    const message = { ...FULL, questions, answers: [record('a\\.b.', { type: 'A', address: '10.0.0.1' })] }
    expect(decodeMessage(encodeMessage(message)).answers[0]?.name).toBe('a\\.b.')
  })

  it('stop compressing where pointers cannot reach any more', () => {
    const strings = Array.from({ length: 70 }, () => new Uint8Array(255))
    const far = record('far.foobar.com.', { type: 'NS', target: 'new.example.' })
    const answers = [record('www.foobar.com.', { type: 'TXT', strings }), far, far]
    expect(decodeMessage(encodeMessage({ ...FULL, answers })).answers).toEqual(answers)
  })
})

describe('against dns-packet', () => {
  it('our messages read the same there', () => {
    const theirs = packet.decode(encodeMessage({ ...FULL, edns: null }))
    expect(theirs.id).toBe(0xbeef)
    expect(theirs.flag_aa).toBe(true)
    expect(theirs.rcode).toBe('NOERROR')
    expect(theirs.questions).toEqual([{ name: 'www.foobar.com', type: 'ANY', class: 'IN' }])
    const data = (theirs.answers ?? []).map((answer) => [
      answer.name,
      answer.type,
      'data' in answer ? answer.data : null,
    ])
    expect(data.slice(0, 4)).toEqual([
      ['www.foobar.com', 'A', '127.10.0.10'],
      ['www.foobar.com', 'AAAA', '2001:db8::10'],
      ['web.foobar.com', 'CNAME', 'www.foobar.com'],
      ['foobar.com', 'MX', { preference: 10, exchange: 'mail.foobar.com' }],
    ])
    expect(data[4]?.[2]).toEqual([Buffer.from('hello'), Buffer.from(''), Buffer.from('caf\u00e9', 'latin1')])
    expect(theirs.authorities?.[1]).toMatchObject({
      type: 'SOA',
      data: { mname: 'ns1.foobar.com', rname: 'hostmaster.foobar.com', serial: 4_294_967_295, minimum: 30 },
    })
  })

  it('its messages read the same here', () => {
    const bytes = packet.encode({
      type: 'response',
      id: 7,
      flags: packet.AUTHORITATIVE_ANSWER | packet.TRUNCATED_RESPONSE,
      questions: [{ name: 'mail.foobar.com', type: 'AAAA' }],
      answers: [
        { name: 'mail.foobar.com', type: 'AAAA', ttl: 5, data: '::1' },
        { name: 'foobar.com', type: 'MX', ttl: 5, data: { preference: 20, exchange: 'mail.foobar.com' } },
        { name: 'foobar.com', type: 'TXT', ttl: 5, data: ['one', 'two'] },
      ],
      additionals: [
        {
          name: '.',
          type: 'OPT',
          udpPayloadSize: 4096,
          flags: packet.DNSSEC_OK,
          options: [],
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: true,
        },
      ],
    })
    const ours = decodeMessage(bytes)
    expect(ours).toMatchObject({ id: 7, response: true, authoritative: true, truncated: true, recursionDesired: false })
    expect(ours.edns).toEqual({ udpSize: 4096, version: 0, dnssecOk: true })
    expect(ours.answers).toEqual([
      record('mail.foobar.com.', { type: 'AAAA', address: '::1' }, 5),
      record('foobar.com.', { type: 'MX', preference: 20, target: 'mail.foobar.com.' }, 5),
      record('foobar.com.', { type: 'TXT', strings: [bytesOf('one'), bytesOf('two')] }, 5),
    ])
  })
})

describe('decodeMessage on broken bytes', () => {
  const header = (questions: number): number[] => [0, 1, 0, 0, 0, questions, 0, 0, 0, 0, 0, 0]
  const reading =
    (...bytes: number[]) =>
    () =>
      decodeMessage(Uint8Array.from([...header(1), ...bytes]))

  it('ends at pointers that lead to themselves, in a circle or forward', () => {
    expect(reading(0xc0, 12, 0, 1, 0, 1)).toThrow('does not lead backwards')
    expect(reading(1, 97, 0xc0, 12, 0, 1, 0, 1)).toThrow('does not lead backwards')
    expect(reading(0xc0, 20, 0, 1, 0, 1, 0, 0, 0)).toThrow('does not lead backwards')
  })

  it('rejects reserved label types and names that grow too long by pointers', () => {
    expect(reading(0x40, 0, 0, 1, 0, 1)).toThrow('starts no label')
    const label = [63, ...new Array<number>(63).fill(97)]
    expect(reading(...label, ...label, ...label, ...label, 0, 0, 1, 0, 1)).toThrow('longer than 255')
  })

  it('rejects what ends too early or too late', () => {
    const bytes = encodeMessage(FULL)
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => decodeMessage(bytes.subarray(0, length)), `cut at ${length}`).toThrow(DnsFormatError)
    expect(() => decodeMessage(Buffer.concat([bytes, Buffer.of(0)]))).toThrow('bytes follow')
  })

  it('rejects data of another length than is written before it', () => {
    const bytes = encodeMessage({
      ...FULL,
      questions: [],
      authorities: [],
      additionals: [],
      edns: null,
      answers: FULL.answers.slice(0, 1),
    })
    bytes.writeUInt16BE(5, bytes.length - 6)
    expect(() => decodeMessage(Buffer.concat([bytes, Buffer.of(0)]))).toThrow('does not have the length')
  })

  it('throws nothing but DnsFormatError on 20,000 damaged messages', () => {
    const random = seededRandom(1)
    const whole = encodeMessage(FULL)
    let readable = 0
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = Buffer.from(whole.subarray(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length))
      const damages = 1 + Math.floor(random() * 4)
      for (let damage = 0; damage < damages; damage += 1)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      try {
        decodeMessage(bytes)
        readable += 1
      } catch (error) {
        if (!(error instanceof DnsFormatError)) throw error
      }
    }
    expect(readable).toBeGreaterThan(100)
  })
})
