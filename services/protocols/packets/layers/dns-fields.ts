import { rcodeName, typeName } from '../../dns/codes.ts'
import { DnsFormatError, MessageReader } from '../../dns/message-reader.ts'
import { displayName } from '../../dns/name.ts'
import { readRecordData } from '../../dns/record-data.ts'
import { dataText } from '../dns-flow.ts'
import type { FieldKey } from './field-names.ts'
import { at, field, type Field } from './layer.ts'

const HEADER_BYTES = 12
const OPT_TYPE = 41

/** A message (RFC 1035 section 4) field by field; `base` is where its first byte stands in the shown bytes. */
export function dnsFields(message: Uint8Array, base: number): Field[] {
  const fields: Field[] = []
  try {
    readMessage(new MessageReader(message), base, fields)
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error
    fields.push(field('malformed', error.message, at(base, message.length)))
  }
  return fields
}

function readMessage(reader: MessageReader, base: number, fields: Field[]): void {
  const id = reader.uint16()
  fields.push(field('dns-id', `0x${id.toString(16).padStart(4, '0')}`, at(base, 2)))
  fields.push(flagsField(reader.uint16(), base + 2))
  const counts = [reader.uint16(), reader.uint16(), reader.uint16(), reader.uint16()]
  fields.push(field('dns-counts', counts.join(', '), at(base + 4, HEADER_BYTES - 4)))
  const [questions = 0, answers = 0, authorities = 0, additionals = 0] = counts
  for (let index = 0; index < questions; index += 1) fields.push(questionField(reader, base))
  const sections = [
    ['dns-answer', answers],
    ['dns-authority', authorities],
    ['dns-additional', additionals],
  ] as const
  for (const [key, count] of sections)
    for (let index = 0; index < count; index += 1) fields.push(recordField(reader, base, key))
}

function flagsField(flags: number, offset: number): Field {
  const place = at(offset, 2)
  const bit = (key: FieldKey, mask: number): Field => field(key, (flags & mask) === 0 ? 0 : 1, place)
  const fields = [
    bit('dns-response', 0x8000),
    field('dns-opcode', (flags >> 11) & 15, place),
    bit('dns-authoritative', 0x0400),
    bit('dns-truncated', 0x0200),
    bit('dns-recursion-desired', 0x0100),
    bit('dns-recursion-available', 0x0080),
    field('dns-rcode', `${flags & 15} (${rcodeName(flags & 15)})`, place),
  ]
  return field('dns-flags', `0x${flags.toString(16).padStart(4, '0')}`, place, { fields })
}

/** Reads a part and says where it stood. */
function placed<T>(reader: MessageReader, base: number, read: () => T): { readonly value: T; readonly place: Place } {
  const start = reader.offset
  const value = read()
  return { value, place: at(base + start, reader.offset - start) }
}

type Place = ReturnType<typeof at>

function questionField(reader: MessageReader, base: number): Field {
  const start = reader.offset
  const name = placed(reader, base, () => displayName(reader.name()))
  const type = placed(reader, base, () => typeName(reader.uint16()))
  const recordClass = placed(reader, base, () => reader.uint16())
  const fields = [
    field('dns-name', name.value, name.place),
    field('dns-type', type.value, type.place),
    field('dns-class', recordClass.value, recordClass.place),
  ]
  const place = at(base + start, reader.offset - start)
  return field('dns-question', `${type.value} ${name.value}`, place, { fields })
}

function recordField(reader: MessageReader, base: number, key: FieldKey): Field {
  const start = reader.offset
  const name = placed(reader, base, () => reader.name())
  const type = placed(reader, base, () => reader.uint16())
  const recordClass = placed(reader, base, () => reader.uint16())
  const ttl = placed(reader, base, () => reader.uint32())
  const length = reader.uint16()
  const data = placed(reader, base, () => readRecordData(reader, type.value, length))
  const record = { name: name.value, type: type.value, class: recordClass.value, ttl: ttl.value, data: data.value }
  const shown = displayName(name.value)
  const fields = [
    field('dns-name', shown, name.place),
    field('dns-type', typeName(type.value), type.place),
    field('dns-class', recordClass.value, recordClass.place),
    field('dns-ttl', ttl.value, ttl.place),
    field('dns-data', dataText(record), data.place),
  ]
  const place = at(base + start, reader.offset - start)
  // In an OPT record, class and TTL mean something else (RFC 6891 section 6.1.2).
  const words = type.value === OPT_TYPE ? `EDNS, UDP ${record.class} B` : `${shown} ${dataText(record)}`
  return field(key, `${typeName(type.value)} ${words}`, place, { fields })
}
