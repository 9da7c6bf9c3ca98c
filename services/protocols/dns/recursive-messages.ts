import { CLASS_IN, EDNS_UDP_SIZE, HEADER_LENGTH, isMetaType, OPCODE_QUERY, QUERY_TYPES, RCODES } from './codes.ts'
import { labOption, readLabNote, type LabNote } from './lab-option.ts'
import { decodeMessage, encodeMessage, type Message } from './message.ts'
import { DnsFormatError } from './message-reader.ts'
import type { Question } from './records.ts'
import type { ResolvedAnswer } from './resolution.ts'
import { sizeLimit, type Transport } from './responder.ts'

/** The client's side of a resolver: its questions in, answers out, as bytes. */

/** A question that is to be resolved. */
export interface ClientQuery {
  readonly message: Message
  readonly question: Question
  /** Bytes that the answer may have. */
  readonly limit: number
  readonly note: LabNote
}

/** A question, or the answer to what is none that could be resolved. Null: silence is the only safe answer. */
export type ReadQuery =
  | { readonly kind: 'query'; readonly query: ClientQuery }
  | { readonly kind: 'refused'; readonly rcode: number; readonly bytes: Buffer; readonly question: Question | null }

const FLAG_RESPONSE = 0x80

/** Reads what a client sent. Never throws. */
export function readClientQuery(bytes: Buffer, transport: Transport): ReadQuery | null {
  const flags = bytes[2]
  if (flags === undefined || bytes.length < HEADER_LENGTH || (flags & FLAG_RESPONSE) !== 0) return null
  const message = decode(bytes)
  const [question] = message?.questions ?? []
  const rcode = refusal(message, (flags >> 3) & 15)
  if (rcode === null && message !== null && question !== undefined) {
    const limit = sizeLimit(message, transport)
    return { kind: 'query', query: { message, question, limit, note: readLabNote(message) } }
  }
  return {
    kind: 'refused',
    rcode: rcode ?? RCODES.FORMERR,
    bytes: refuse(bytes, message, rcode),
    question: question ?? null,
  }
}

function decode(bytes: Buffer): Message | null {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    if (error instanceof DnsFormatError) return null
    throw error
  }
}

/** Why a message cannot be resolved, or null. */
function refusal(message: Message | null, opcode: number): number | null {
  if (opcode !== OPCODE_QUERY) return RCODES.NOTIMP
  const [question, ...others] = message?.questions ?? []
  // One question and nothing else but additional records (RFC 9619; RFC 1035 section 4.1).
  if (message === null || question === undefined || others.length > 0) return RCODES.FORMERR
  if (message.answers.length > 0 || message.authorities.length > 0) return RCODES.FORMERR
  if (message.edns !== null && message.edns.version > 0) return RCODES.BADVERS
  const transfer = question.type === QUERY_TYPES.AXFR || question.type === QUERY_TYPES.IXFR
  // Who does not ask for recursion wants to look into the cache: resolvers refuse that to strangers.
  if (question.class !== CLASS_IN || transfer || !message.recursionDesired) return RCODES.REFUSED
  return isMetaType(question.type) ? RCODES.NOTIMP : null
}

function refuse(bytes: Buffer, message: Message | null, rcode: number | null): Buffer {
  const known = rcode === RCODES.FORMERR ? null : message
  return encodeMessage({
    id: bytes.readUInt16BE(0),
    opcode: ((bytes[2] ?? 0) >> 3) & 15,
    recursionDesired: ((bytes[2] ?? 0) & 1) !== 0,
    questions: known?.questions.slice(0, 1) ?? [],
    edns: known?.edns ? { ...OWN_EDNS, dnssecOk: known.edns.dnssecOk } : null,
    ...NO_RECORDS,
    rcode: rcode ?? RCODES.FORMERR,
  })
}

const OWN_EDNS = { udpSize: EDNS_UDP_SIZE, version: 0 } as const
const NO_RECORDS = {
  response: true,
  authoritative: false,
  truncated: false,
  recursionAvailable: true,
  answers: [],
  authorities: [],
  additionals: [],
} as const

/**
 * The bytes of an answer: RA is set, AA is not, nothing is said to be authenticated. One that does not fit is cut to
 * nothing with TC, as the client asks again by TCP and may not use what came (RFC 2181 section 9).
 */
export function encodeAnswer({ message, limit, note }: ClientQuery, answer: ResolvedAnswer): Buffer {
  const traced = note.traceId !== undefined && answer.ageSeconds !== null
  const options = traced ? { options: [labOption({ ageSeconds: answer.ageSeconds })] } : {}
  const whole: Message = {
    ...NO_RECORDS,
    id: message.id,
    opcode: OPCODE_QUERY,
    recursionDesired: message.recursionDesired,
    rcode: answer.rcode,
    questions: message.questions,
    answers: answer.answers,
    authorities: answer.authorities,
    edns: message.edns === null ? null : { ...OWN_EDNS, dnssecOk: message.edns.dnssecOk, ...options },
  }
  const bytes = encodeMessage(whole)
  return bytes.length <= limit ? bytes : encodeMessage({ ...whole, truncated: true, answers: [], authorities: [] })
}
