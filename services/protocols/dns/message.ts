import { QUERY_TYPES } from './codes.ts'
import { DnsFormatError, MessageReader } from './message-reader.ts'
import { MessageWriter } from './message-writer.ts'
import { readRecordData, writeRecordData } from './record-data.ts'
import type { Question, ResourceRecord } from './records.ts'

/** The OPT record (RFC 6891 section 6.1), apart from the records that carry data. */
export interface Edns {
  /** Bytes that the sender takes by UDP. */
  readonly udpSize: number
  readonly version: number
  readonly dnssecOk: boolean
  /** Left out where there are none. */
  readonly options?: readonly EdnsOption[]
}

/** One option of an OPT record (RFC 6891 section 6.1.2); codes by IANA "DNS EDNS0 Option Codes". */
export interface EdnsOption {
  readonly code: number
  readonly data: Uint8Array
}

/** A whole message (RFC 1035 section 4.1). */
export interface Message {
  readonly id: number
  readonly response: boolean
  readonly opcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly recursionDesired: boolean
  readonly recursionAvailable: boolean
  /** With the upper bits of the OPT record, when there is one. */
  readonly rcode: number
  readonly questions: readonly Question[]
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  /** Without the OPT record, which is `edns`. */
  readonly additionals: readonly ResourceRecord[]
  readonly edns: Edns | null
}

export function encodeMessage(message: Message): Buffer {
  const writer = new MessageWriter()
  writer.uint16(message.id)
  writer.uint8(
    (message.response ? 0x80 : 0) |
      (message.opcode << 3) |
      (message.authoritative ? 4 : 0) |
      (message.truncated ? 2 : 0) |
      (message.recursionDesired ? 1 : 0),
  )
  writer.uint8((message.recursionAvailable ? 0x80 : 0) | (message.rcode & 15))
  writer.uint16(message.questions.length)
  writer.uint16(message.answers.length)
  writer.uint16(message.authorities.length)
  writer.uint16(message.additionals.length + (message.edns ? 1 : 0))
  message.questions.forEach((question) => writeQuestion(writer, question))
  for (const record of [...message.answers, ...message.authorities, ...message.additionals]) writeRecord(writer, record)
  if (message.edns) writer.bytes(encodeOpt(message.edns, message.rcode))
  return writer.finish()
}

export function writeQuestion(writer: MessageWriter, question: Question): void {
  writer.name(question.name)
  writer.uint16(question.type)
  writer.uint16(question.class)
}

export function writeRecord(writer: MessageWriter, record: ResourceRecord): void {
  writer.name(record.name)
  writer.uint16(record.type)
  writer.uint16(record.class)
  writer.uint32(record.ttl)
  writer.withLength(() => writeRecordData(writer, record.data))
}

/** An OPT record without options: 11 bytes. */
export const OPT_LENGTH = 11

export function encodeOpt(edns: Edns, rcode: number): Buffer {
  const options = Buffer.concat((edns.options ?? []).map(encodeOption))
  const opt = Buffer.alloc(OPT_LENGTH + options.length)
  opt.writeUInt16BE(QUERY_TYPES.OPT, 1)
  opt.writeUInt16BE(edns.udpSize, 3)
  opt.writeUInt8(rcode >> 4, 5)
  opt.writeUInt8(edns.version, 6)
  opt.writeUInt8(edns.dnssecOk ? 0x80 : 0, 7)
  opt.writeUInt16BE(options.length, 9)
  options.copy(opt, OPT_LENGTH)
  return opt
}

function encodeOption({ code, data }: EdnsOption): Buffer {
  const option = Buffer.alloc(4 + data.length)
  option.writeUInt16BE(code, 0)
  option.writeUInt16BE(data.length, 2)
  option.set(data, 4)
  return option
}

/** Reads a whole message. Throws `DnsFormatError` on anything that is not one, trailing bytes included. */
export function decodeMessage(bytes: Uint8Array): Message {
  const reader = new MessageReader(bytes)
  const id = reader.uint16()
  const flags = reader.uint16()
  const [questionCount, answerCount, authorityCount, additionalCount] = [0, 0, 0, 0].map(() => reader.uint16())
  const questions = Array.from({ length: questionCount ?? 0 }, () => readQuestion(reader))
  const answers = readRecords(reader, answerCount ?? 0)
  const authorities = readRecords(reader, authorityCount ?? 0)
  const allAdditionals = readRecords(reader, additionalCount ?? 0)
  if (reader.offset !== bytes.length) throw new DnsFormatError('bytes follow the end of the message')
  const opts = allAdditionals.filter((record) => record.type === QUERY_TYPES.OPT)
  const [opt] = opts
  if (opts.length > 1) throw new DnsFormatError('the message has more than one OPT record')
  if (opt && opt.name !== '.') throw new DnsFormatError('the OPT record does not belong to the root')
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    rcode: (flags & 15) | (opt ? (opt.ttl >>> 24) << 4 : 0),
    questions,
    answers,
    authorities,
    additionals: allAdditionals.filter((record) => record !== opt),
    edns: opt ? readEdns(opt) : null,
  }
}

function readEdns(opt: ResourceRecord): Edns {
  const options = opt.data.type === 'unknown' ? readOptions(opt.data.bytes) : []
  return {
    udpSize: opt.class,
    version: (opt.ttl >>> 16) & 0xff,
    dnssecOk: (opt.ttl & 0x8000) !== 0,
    ...(options.length === 0 ? {} : { options }),
  }
}

/** Throws `DnsFormatError` where an option reaches past the record's end. */
export function readOptions(bytes: Uint8Array): EdnsOption[] {
  const reader = new MessageReader(bytes)
  const options: EdnsOption[] = []
  while (reader.offset < bytes.length) options.push({ code: reader.uint16(), data: reader.take(reader.uint16()) })
  return options
}

function readQuestion(reader: MessageReader): Question {
  return { name: reader.name(), type: reader.uint16(), class: reader.uint16() }
}

/** One record after the other: a count that promises more than there is fails at the first missing one. */
function readRecords(reader: MessageReader, count: number): ResourceRecord[] {
  const records: ResourceRecord[] = []
  for (let index = 0; index < count; index += 1) records.push(readRecord(reader))
  return records
}

function readRecord(reader: MessageReader): ResourceRecord {
  const name = reader.name()
  const type = reader.uint16()
  const recordClass = reader.uint16()
  const ttl = reader.uint32()
  return { name, type, class: recordClass, ttl, data: readRecordData(reader, type, reader.uint16()) }
}
