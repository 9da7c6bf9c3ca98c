import { decodeMessage, encodeMessage, type Message, type ResourceRecord } from '../../../protocols/dns/index.ts'
import { CLASS_IN, RCODES, RECORD_TYPES } from '../../../protocols/dns/codes.ts'
import { activeFaults } from '../faults/active-faults.ts'
import type { IncomingQuery, QueryAnswerer } from './answerer.ts'

/** A wrong answer must be over when its fault is: nobody may keep it (RFC 1035 section 3.2.1). */
const WRONG_TTL = 0
const TYPE_A = RECORD_TYPES.A

/** Answers as the other one does, and otherwise where a fault of this process says so. */
export function withDnsFaults(answerer: QueryAnswerer): QueryAnswerer {
  const failOrAnswer: QueryAnswerer['answer'] = (query, reply) => {
    if (activeFaults.errors?.fails() === true) return send(query, reply, { rcode: RCODES.SERVFAIL })
    return activeFaults.dns === null ? answerer.answer(query, reply) : lie(query, reply, answerer)
  }
  return {
    answer: (query, reply) => {
      const { slow } = activeFaults
      if (slow === null && activeFaults.errors === null && activeFaults.dns === null)
        return answerer.answer(query, reply)
      if (slow === null) return failOrAnswer(query, reply)
      slow.hold(() => void failOrAnswer(query, reply))
      return true
    },
  }
}

function lie(query: IncomingQuery, reply: (bytes: Buffer) => void, answerer: QueryAnswerer): boolean {
  const { dns } = activeFaults
  if (dns === null) return answerer.answer(query, reply)
  const { fault, counted } = dns
  if (fault.answer === 'none') {
    counted.failed += 1
    // By TCP a peer that waits is told by the end of its connection's patience, as by UDP.
    return true
  }
  if (fault.answer === 'servfail') {
    counted.failed += 1
    return send(query, reply, { rcode: RCODES.SERVFAIL })
  }
  const question = decode(query)?.questions[0]
  if (question === undefined || question.type !== TYPE_A || question.class !== CLASS_IN) {
    counted.passed += 1
    return answerer.answer(query, reply)
  }
  counted.wrong += 1
  const record: ResourceRecord = {
    name: question.name,
    type: TYPE_A,
    class: CLASS_IN,
    ttl: WRONG_TTL,
    data: { type: 'A', address: fault.address },
  }
  return send(query, reply, { authoritative: true, answers: [record] })
}

function decode({ bytes }: IncomingQuery): Message | null {
  try {
    return decodeMessage(bytes)
  } catch {
    return null
  }
}

function send(query: IncomingQuery, reply: (bytes: Buffer) => void, change: Partial<Message>): boolean {
  const asked = decode(query)
  if (asked === null || asked.response) return false
  reply(
    encodeMessage({
      ...asked,
      response: true,
      questions: asked.questions.slice(0, 1),
      answers: [],
      authorities: [],
      additionals: [],
      ...change,
    }),
  )
  return true
}
