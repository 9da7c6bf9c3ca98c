import { HEADER_LENGTH, MAX_LABEL_LENGTH, MAX_NAME_LENGTH, QUERY_TYPES } from './codes.ts'
import type { Edns } from './message.ts'

/**
 * Reads queries for the server. Unlike `decodeMessage` it makes no object that an answer does not need and throws nothing:
 * this runs for every packet that anybody sends.
 */
export interface Query {
  /** The question's name in lower case, type and class: equal questions have equal keys. */
  readonly key: string
  readonly type: number
  readonly class: number
  /** Where the question ends in the message. */
  readonly questionEnd: number
  readonly edns: Edns | null
}

/** The key's bytes; only ever used from start to end of one call. */
const scratch = Buffer.allocUnsafe(MAX_NAME_LENGTH + 4)

/** The query in a message with opcode QUERY, or null where it is malformed (to be answered with FORMERR). */
export function readQuery(bytes: Buffer): Query | null {
  // One question and nothing else but additional records (RFC 9619; RFC 1035 section 4.1).
  if (bytes.length < HEADER_LENGTH || uint16(bytes, 4) !== 1 || uint16(bytes, 6) !== 0 || uint16(bytes, 8) !== 0)
    return null
  const questionEnd = readQuestion(bytes)
  if (questionEnd === -1) return null
  const edns = readAdditional(bytes, questionEnd, uint16(bytes, 10))
  if (edns === undefined) return null
  const type = uint16(bytes, questionEnd - 4)
  const key = scratch.toString('latin1', 0, questionEnd - HEADER_LENGTH)
  return { key, type, class: uint16(bytes, questionEnd - 2), questionEnd, edns }
}

/** Copies the question to `scratch`, its name in lower case; returns where it ends, -1 when it is malformed. */
function readQuestion(bytes: Buffer): number {
  let offset = HEADER_LENGTH
  for (;;) {
    const length = bytes[offset]
    // The first name of a message has nothing before it that a pointer could lead to.
    if (length === undefined || length > MAX_LABEL_LENGTH) return -1
    scratch[offset - HEADER_LENGTH] = length
    offset += 1
    if (length === 0) break
    const end = offset + length
    if (end - HEADER_LENGTH >= MAX_NAME_LENGTH || end >= bytes.length) return -1
    for (; offset < end; offset += 1) {
      const byte = bytes[offset] ?? 0
      scratch[offset - HEADER_LENGTH] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    }
  }
  if (offset + 4 > bytes.length) return -1
  for (const end = offset + 4; offset < end; offset += 1) scratch[offset - HEADER_LENGTH] = bytes[offset] ?? 0
  return offset
}

/** The OPT record among the additional ones, null when there is none, undefined when something is malformed. */
function readAdditional(bytes: Buffer, start: number, count: number): Edns | null | undefined {
  let edns: Edns | null = null
  let offset = start
  for (let index = 0; index < count; index += 1) {
    const nameEnd = skipName(bytes, offset)
    if (nameEnd === -1 || nameEnd + 10 > bytes.length) return undefined
    const dataStart = nameEnd + 10
    const end = dataStart + uint16(bytes, nameEnd + 8)
    if (end > bytes.length) return undefined
    if (uint16(bytes, nameEnd) === QUERY_TYPES.OPT) {
      if (edns !== null || bytes[offset] !== 0 || !optionsFit(bytes, dataStart, end)) return undefined
      edns = {
        udpSize: uint16(bytes, nameEnd + 2),
        version: bytes[nameEnd + 5] ?? 0,
        dnssecOk: ((bytes[nameEnd + 6] ?? 0) & 0x80) !== 0,
      }
    }
    offset = end
  }
  return offset === bytes.length ? edns : undefined
}

function skipName(bytes: Buffer, start: number): number {
  let offset = start
  for (;;) {
    const length = bytes[offset]
    if (length === undefined) return -1
    if (length >= 0xc0) return offset + 2
    if (length > MAX_LABEL_LENGTH) return -1
    offset += 1 + length
    if (length === 0) return offset
  }
}

/** Options are code, length, data, one after the other (RFC 6891 section 6.1.2). None is known here, so none is kept. */
function optionsFit(bytes: Buffer, start: number, end: number): boolean {
  let offset = start
  while (offset + 4 <= end) offset += 4 + uint16(bytes, offset + 2)
  return offset === end
}

function uint16(bytes: Buffer, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
}
