import { CLASS_IN, OPCODE_QUERY, rcodeName, RECORD_TYPES, usableTtl, type RecordType } from './codes.ts'
import { decodeMessage, encodeMessage, type EdnsOption, type Message } from './message.ts'
import { readLabNote } from './lab-option.ts'
import { DnsFormatError } from './message-reader.ts'
import { nameKey, parseName, sameName } from './name.ts'
import type { Question, ResourceRecord } from './records.ts'

/** The other side of a DNS server: what a browser's resolver asks and how it reads the answer. */

export interface QueryPlan {
  /** 0 to 65535, random: an answer counts only with the same one. */
  readonly id: number
  /** `www.foobar.com`; the final dot may be left out. */
  readonly name: string
  /** By name or number; A when left out. */
  readonly type?: RecordType | number
  readonly recursionDesired?: boolean
  /** Offers EDNS(0) with this many bytes by UDP. */
  readonly udpSize?: number
  /** Options that go with EDNS(0). */
  readonly options?: readonly EdnsOption[]
}

/** What an answer says about the addresses of the name that was asked for. TTLs in seconds. */
export interface AddressAnswer {
  /** `NOERROR`, `NXDOMAIN`, ... */
  readonly rcode: string
  readonly authoritative: boolean
  /** Ask again by TCP; the rest of the answer is of no use. */
  readonly truncated: boolean
  /** In the server's order. Empty with NOERROR: the name exists, but has no such address. */
  readonly addresses: readonly { readonly address: string; readonly ttl: number }[]
  /** The aliases on the way, in order. */
  readonly aliases: readonly { readonly name: string; readonly target: string; readonly ttl: number }[]
  /** How long to remember that there is nothing (RFC 2308 section 5), or null where the server does not say. */
  readonly negativeTtl: number | null
  /** How long a caching resolver of the lab has had the answer, in seconds; null where it was not from a cache. */
  readonly ageSeconds: number | null
}

/** The bytes of a query. Throws an `Error` with a sentence when the name is not one. */
export function encodeQuery(plan: QueryPlan): Buffer {
  return encodeMessage({
    id: plan.id,
    response: false,
    opcode: OPCODE_QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: plan.recursionDesired ?? false,
    recursionAvailable: false,
    rcode: 0,
    questions: [{ name: parseName(plan.name, '.'), type: typeNumber(plan.type ?? 'A'), class: CLASS_IN }],
    answers: [],
    authorities: [],
    additionals: [],
    edns:
      plan.udpSize === undefined
        ? null
        : { udpSize: plan.udpSize, version: 0, dnssecOk: false, ...(plan.options ? { options: plan.options } : {}) },
  })
}

function typeNumber(type: RecordType | number): number {
  return typeof type === 'number' ? type : RECORD_TYPES[type]
}

/**
 * Reads the answer to `query` (the bytes that `encodeQuery` made). Throws `DnsFormatError` when the bytes are no DNS
 * message, or not the answer to this query (RFC 5452 section 9.1): then go on waiting for the real one.
 */
export function matchResponse(bytes: Uint8Array, query: Uint8Array): { message: Message; question: Question } {
  const message = decodeMessage(bytes)
  const asked = decodeMessage(query)
  const [question] = asked.questions
  if (question === undefined || !isAnswerTo(message, asked, question))
    throw new DnsFormatError('the message is not the answer to this query')
  return { message, question }
}

/** What the answer to `query` says about addresses. Throws as `matchResponse` does. */
export function decodeResponse(bytes: Uint8Array, query: Uint8Array): AddressAnswer {
  const { message, question } = matchResponse(bytes, query)
  const { aliases, name } = followAliases(message.answers, question.name)
  const addresses = message.answers.flatMap(({ name: owner, type, ttl, data }) =>
    type === question.type && sameName(owner, name) && 'address' in data ? [{ address: data.address, ttl }] : [],
  )
  return {
    rcode: rcodeName(message.rcode),
    authoritative: message.authoritative,
    truncated: message.truncated,
    addresses,
    aliases,
    negativeTtl: addresses.length > 0 ? null : negativeTtl(message.authorities),
    ageSeconds: readLabNote(message).ageSeconds ?? null,
  }
}

/** A server that cannot read the question answers without one; its rcode still counts. */
function isAnswerTo(message: Message, asked: Message, question: Question): boolean {
  if (!message.response || message.id !== asked.id) return false
  const [echo, ...others] = message.questions
  if (echo === undefined) return message.rcode !== 0
  return (
    others.length === 0 && sameName(echo.name, question.name) && echo.type === question.type && echo.class === CLASS_IN
  )
}

function followAliases(
  records: readonly ResourceRecord[],
  start: string,
): { readonly aliases: { name: string; target: string; ttl: number }[]; readonly name: string } {
  const aliases: { name: string; target: string; ttl: number }[] = []
  const visited = new Set<string>()
  let name = start
  while (!visited.has(nameKey(name))) {
    visited.add(nameKey(name))
    const record = records.find(({ name: owner, data }) => data.type === 'CNAME' && sameName(owner, name))
    if (record?.data.type !== 'CNAME') break
    aliases.push({ name: record.name, target: record.data.target, ttl: record.ttl })
    name = record.data.target
  }
  return { aliases, name }
}

/** How long to remember that there is nothing: RFC 2308 section 5. */
export function negativeTtl(authorities: readonly ResourceRecord[]): number | null {
  const soa = authorities.find((record) => record.data.type === 'SOA')
  return soa?.data.type === 'SOA' ? Math.min(usableTtl(soa.ttl), soa.data.minimum) : null
}
