import {
  CLASS_IN,
  EDNS_UDP_SIZE,
  HEADER_LENGTH,
  isMetaType,
  MAX_TCP_MESSAGE,
  OPCODE_QUERY,
  PLAIN_UDP_SIZE,
  QUERY_TYPES,
  RCODES,
} from './codes.ts'
import { lookup } from './lookup.ts'
import { encodeOpt, OPT_LENGTH, type Edns } from './message.ts'
import { nameFromLabels, nameKey } from './name.ts'
import { copyBody, prepareAnswer, type PreparedAnswer } from './prepared-answer.ts'
import { readQuery, type Query } from './query.ts'
import type { RecordData } from './records.ts'
import type { Zone } from './zone.ts'

export type Transport = 'udp' | 'tcp'

/** What goes back, and what a log line needs to tell about it. */
export interface Reply {
  readonly bytes: Buffer
  readonly rcode: number
  readonly truncated: boolean
  /** Null where the question could not be read. */
  readonly questionEnd: number | null
  /** Null for errors. */
  readonly prepared: PreparedAnswer | null
  /** Which of the rotated addresses came first. */
  readonly first: number
}

/** What is kept for a question: its answer, or the rcode of a refusal. */
type Prepared = PreparedAnswer | number

/** Names that don't exist are without number, so of each generation only this many questions are kept. */
const GENERATION_SIZE = 4096

const FLAG_RESPONSE = 0x80
const FLAG_AUTHORITATIVE = 0x04
const FLAG_TRUNCATED = 0x02
const FLAG_RECURSION_DESIRED = 0x01

/** The authoritative server without its sockets: the bytes of a query in, the bytes of the answer out. */
export class Responder {
  private readonly zones: ReadonlyMap<string, Zone>
  /** Two generations: when the young one is full it becomes the old one, and what is still asked for moves up again. */
  private young = new Map<string, Prepared>()
  private old = new Map<string, Prepared>()
  /** Which address comes first next time. Kept by the set's data, which names made by a wildcard share. */
  private readonly turns = new Map<readonly RecordData[], number>()

  /** The zones must have different names. */
  constructor(zones: readonly Zone[]) {
    this.zones = new Map(zones.map((zone) => [nameKey(zone.apex), zone]))
  }

  /** Answers one message; null where silence is the only safe answer (no header, or a response itself). Never throws. */
  respond(message: Buffer, transport: Transport): Reply | null {
    const flags = message[2]
    if (flags === undefined || message.length < HEADER_LENGTH || (flags & FLAG_RESPONSE) !== 0) return null
    const query = readQuery(message)
    if (((flags >> 3) & 15) !== OPCODE_QUERY) return failure(message, query, RCODES.NOTIMP)
    if (query === null) return failure(message, null, RCODES.FORMERR)
    if (query.edns && query.edns.version > 0) return failure(message, query, RCODES.BADVERS)
    const prepared = this.young.get(query.key) ?? this.prepare(message, query)
    if (typeof prepared === 'number') return failure(message, query, prepared)
    return this.answer(message, query, prepared, sizeLimit(query, transport))
  }

  private prepare(message: Buffer, query: Query): Prepared {
    const prepared = this.old.get(query.key) ?? this.makeAnswer(message, query)
    if (this.young.size >= GENERATION_SIZE) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(query.key, prepared)
    return prepared
  }

  private makeAnswer(message: Buffer, query: Query): Prepared {
    if (query.class !== CLASS_IN || query.type === QUERY_TYPES.AXFR || query.type === QUERY_TYPES.IXFR)
      return RCODES.REFUSED
    if (isMetaType(query.type)) return RCODES.NOTIMP
    const labels = questionLabels(message)
    const zone = this.zoneOf(labels)
    if (zone === undefined) return RCODES.REFUSED
    const question = { name: nameFromLabels(labels), type: query.type, class: query.class }
    return prepareAnswer(question, lookup(zone, question.name, query.type))
  }

  /** The zone with the longest name that the labels end in. */
  private zoneOf(labels: readonly string[]): Zone | undefined {
    for (let start = 0; start <= labels.length; start += 1) {
      const zone = this.zones.get(nameKey(nameFromLabels(labels.slice(start))))
      if (zone !== undefined) return zone
    }
    return undefined
  }

  private answer(message: Buffer, query: Query, prepared: PreparedAnswer, limit: number): Reply {
    const { questionEnd, edns } = query
    const room = limit - questionEnd - (edns ? OPT_LENGTH : 0)
    const complete = prepared.body.length <= room
    const truncated = prepared.requiredLength > room
    // A client that sees TC asks again by TCP and must not use what came (RFC 2181 section 9): nothing is as good.
    const length = complete ? prepared.body.length : truncated ? 0 : prepared.requiredLength
    const additional = complete ? prepared.additionalCount : truncated ? 0 : prepared.requiredAdditionalCount
    const first = this.takeTurn(prepared)
    const bytes = Buffer.allocUnsafe(questionEnd + length + (edns ? OPT_LENGTH : 0))
    message.copy(bytes, 0, 0, questionEnd)
    copyBody(prepared, length, first, bytes, questionEnd)
    const { rcode, authoritative } = prepared.answer
    bytes[2] = responseFlags(message) | (authoritative ? FLAG_AUTHORITATIVE : 0) | (truncated ? FLAG_TRUNCATED : 0)
    bytes[3] = rcode
    setCount(bytes, 6, truncated ? 0 : prepared.answerCount)
    setCount(bytes, 8, truncated ? 0 : prepared.authorityCount)
    setCount(bytes, 10, additional + (edns ? 1 : 0))
    if (edns) bytes.set(optFor(edns, rcode), questionEnd + length)
    return { bytes, rcode, truncated, questionEnd, prepared, first }
  }

  /** Turns belong to the set of addresses: asked for by another name or way, it goes on where it was. */
  private takeTurn(prepared: PreparedAnswer): number {
    const { rotation } = prepared
    if (rotation === null) return 0
    const turn = this.turns.get(rotation.set.data) ?? 0
    this.turns.set(rotation.set.data, turn + 1 === rotation.count ? 0 : turn + 1)
    return turn
  }
}

/** How many bytes an answer may have. */
export function sizeLimit({ edns }: { readonly edns: Edns | null }, transport: Transport): number {
  if (transport === 'tcp') return MAX_TCP_MESSAGE
  if (edns === null) return PLAIN_UDP_SIZE
  // Sizes below 512 mean 512 (RFC 6891 section 6.2.3).
  return Math.min(Math.max(edns.udpSize, PLAIN_UDP_SIZE), EDNS_UDP_SIZE)
}

/** An answer without records. Without a readable question it is the header alone. */
function failure(message: Buffer, query: Query | null, rcode: number): Reply {
  const questionEnd = query?.questionEnd ?? HEADER_LENGTH
  const opt = query?.edns ? optFor(query.edns, rcode) : null
  const bytes = Buffer.alloc(questionEnd + (opt?.length ?? 0))
  message.copy(bytes, 0, 0, questionEnd)
  bytes[2] = responseFlags(message)
  bytes[3] = rcode & 15
  setCount(bytes, 4, query ? 1 : 0)
  setCount(bytes, 6, 0)
  setCount(bytes, 8, 0)
  setCount(bytes, 10, opt ? 1 : 0)
  if (opt) bytes.set(opt, questionEnd)
  return { bytes, rcode, truncated: false, questionEnd: query?.questionEnd ?? null, prepared: null, first: 0 }
}

/** Opcode and RD come back as they were asked (RFC 1035 section 4.1.1). */
function responseFlags(message: Buffer): number {
  return FLAG_RESPONSE | ((message[2] ?? 0) & (0x78 | FLAG_RECURSION_DESIRED))
}

/** What this server takes by UDP; the DO bit comes back as it was sent (RFC 3225 section 3). */
function makeOpt(dnssecOk: boolean, rcode: number): Buffer {
  return encodeOpt({ udpSize: EDNS_UDP_SIZE, version: 0, dnssecOk }, rcode)
}

const PLAIN_OPT = makeOpt(false, 0)
const DNSSEC_OPT = makeOpt(true, 0)

function optFor(edns: Edns, rcode: number): Buffer {
  if (rcode > 15) return makeOpt(edns.dnssecOk, rcode)
  return edns.dnssecOk ? DNSSEC_OPT : PLAIN_OPT
}

function setCount(bytes: Buffer, offset: number, count: number): void {
  bytes[offset] = count >> 8
  bytes[offset + 1] = count & 0xff
}

/** The labels of a question that `readQuery` found to be well-formed, in the asker's letters. */
export function questionLabels(message: Buffer): string[] {
  const labels: string[] = []
  for (let offset = HEADER_LENGTH, length = message[offset] ?? 0; length > 0; length = message[offset] ?? 0) {
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length))
    offset += 1 + length
  }
  return labels
}
