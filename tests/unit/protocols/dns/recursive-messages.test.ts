import packet from 'dns-packet'
import { describe, expect, it } from 'vitest'
import { encodeQuery, type QueryPlan } from '../../../../services/protocols/dns/client.ts'
import { RCODES, rcodeName } from '../../../../services/protocols/dns/codes.ts'
import { labOption, readLabNote } from '../../../../services/protocols/dns/lab-option.ts'
import { decodeMessage, encodeMessage } from '../../../../services/protocols/dns/message.ts'
import type { ResourceRecord } from '../../../../services/protocols/dns/records.ts'
import { encodeAnswer, readClientQuery } from '../../../../services/protocols/dns/recursive-messages.ts'
import type { ResolvedAnswer } from '../../../../services/protocols/dns/resolution.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'

const query = (plan: Partial<QueryPlan> = {}): Buffer =>
  encodeQuery({ id: 7, name: 'www.foobar.com', recursionDesired: true, ...plan })

const record: ResourceRecord = {
  name: 'www.foobar.com.',
  type: 1,
  class: 1,
  ttl: 48,
  data: { type: 'A', address: '127.10.0.10' },
}

const answer = (count = 1, ageSeconds: number | null = 12): ResolvedAnswer => ({
  rcode: 0,
  answers: Array.from({ length: count }, () => record),
  authorities: [],
  ageSeconds,
})

function answerTo(bytes: Buffer, told = answer(), transport: 'udp' | 'tcp' = 'udp'): Buffer {
  const read = readClientQuery(bytes, transport)
  if (read?.kind !== 'query') throw new Error('the query was refused')
  return encodeAnswer(read.query, told)
}

describe('an answer', () => {
  it('comes with RA and RD, without AA, TC and AD, as another codec reads it', () => {
    const read = packet.decode(answerTo(query({ udpSize: 1232 })))
    expect(read).toMatchObject({ id: 7, type: 'response', rcode: 'NOERROR' })
    expect(read.flags).toBe(packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE)
    expect(read.answers).toMatchObject([{ name: 'www.foobar.com', type: 'A', ttl: 48, data: '127.10.0.10' }])
  })

  it('that does not fit is cut to nothing with TC; by TCP it is whole', () => {
    expect(decodeMessage(answerTo(query(), answer(40)))).toMatchObject({ truncated: true, answers: [] })
    expect(decodeMessage(answerTo(query({ udpSize: 1232 }), answer(40))).answers).toHaveLength(40)
    expect(decodeMessage(answerTo(query(), answer(200), 'tcp')).answers).toHaveLength(200)
  })

  it('tells a traced question how old it is, and nobody else', () => {
    const traced = query({ udpSize: 1232, options: [labOption({ traceId: TRACE })] })
    expect(readLabNote(decodeMessage(answerTo(traced)))).toEqual({ ageSeconds: 12 })
    expect(readLabNote(decodeMessage(answerTo(traced, answer(1, null))))).toEqual({})
    expect(decodeMessage(answerTo(query({ udpSize: 1232 }))).edns?.options).toBeUndefined()
  })
})

describe('what is no question to resolve', () => {
  const refusal = (bytes: Buffer): string => {
    const read = readClientQuery(bytes, 'udp')
    if (read?.kind !== 'refused') return 'not refused'
    const message = decodeMessage(read.bytes)
    expect(message).toMatchObject({ id: 7, response: true, answers: [] })
    return rcodeName(message.rcode)
  }

  it('is refused with the fitting rcode', () => {
    expect(refusal(query({ recursionDesired: false }))).toBe('REFUSED')
    expect(refusal(query({ type: 252 }))).toBe('REFUSED')
    expect(refusal(query({ type: 41 }))).toBe('NOTIMP')
    const message = decodeMessage(query({ udpSize: 1232 }))
    expect(refusal(encodeMessage({ ...message, questions: [] }))).toBe('FORMERR')
    expect(refusal(encodeMessage({ ...message, opcode: 5 }))).toBe('NOTIMP')
    expect(refusal(encodeMessage({ ...message, edns: { udpSize: 1232, version: 1, dnssecOk: false } }))).toBe('BADVERS')
    expect(refusal(query().subarray(0, 20))).toBe('FORMERR')
    expect(rcodeName(RCODES.BADVERS)).toBe('BADVERS')
  })

  it('is met with silence where an answer could start an echo', () => {
    expect(readClientQuery(answerTo(query()), 'udp')).toBeNull()
    expect(readClientQuery(Buffer.alloc(5), 'udp')).toBeNull()
  })
})
