import { RECORD_TYPES } from './codes.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts'
import { DnsFormatError, type MessageReader } from './message-reader.ts'
import type { MessageWriter } from './message-writer.ts'
import type { RecordData, UnknownData } from './records.ts'

/** The data part of records between objects and bytes: RFC 1035 section 3.3, RFC 3596 section 2.2. */

/** Names inside are compressed, which only the types of RFC 1035 allow (RFC 3597 section 4); all of ours are. */
export function writeRecordData(writer: MessageWriter, data: RecordData | UnknownData): void {
  switch (data.type) {
    case 'A':
      return writer.bytes(requireBytes(parseIpv4(data.address), data.address))
    case 'AAAA':
      return writer.bytes(requireBytes(parseIpv6(data.address), data.address))
    case 'NS':
    case 'CNAME':
      return writer.name(data.target)
    case 'MX':
      writer.uint16(data.preference)
      return writer.name(data.target)
    case 'TXT':
      return data.strings.forEach((string) => writer.string(string))
    case 'SOA':
      writer.name(data.primary)
      writer.name(data.mailbox)
      return [data.serial, data.refresh, data.retry, data.expire, data.minimum].forEach((value) => writer.uint32(value))
    case 'unknown':
      return writer.bytes(data.bytes)
  }
}

function requireBytes(bytes: Uint8Array | null, address: string): Uint8Array {
  if (bytes === null) throw new TypeError(`${address} is not an IP address`)
  return bytes
}

/** Reads the `length` bytes of a record's data. Throws `DnsFormatError` when they don't fit the type exactly. */
export function readRecordData(reader: MessageReader, type: number, length: number): RecordData | UnknownData {
  const end = reader.offset + length
  if (end > reader.length) throw new DnsFormatError("a record's data reaches past the message's end")
  const data = readByType(reader, type, end)
  if (reader.offset !== end)
    throw new DnsFormatError("a record's data does not have the length that is written before it")
  return data
}

function readByType(reader: MessageReader, type: number, end: number): RecordData | UnknownData {
  switch (type) {
    case RECORD_TYPES.A:
      return { type: 'A', address: formatIpv4(reader.take(4)) }
    case RECORD_TYPES.AAAA:
      return { type: 'AAAA', address: formatIpv6(reader.take(16)) }
    case RECORD_TYPES.NS:
      return { type: 'NS', target: reader.name() }
    case RECORD_TYPES.CNAME:
      return { type: 'CNAME', target: reader.name() }
    case RECORD_TYPES.MX:
      return { type: 'MX', preference: reader.uint16(), target: reader.name() }
    case RECORD_TYPES.TXT:
      return { type: 'TXT', strings: readStrings(reader, end) }
    case RECORD_TYPES.SOA:
      return {
        type: 'SOA',
        primary: reader.name(),
        mailbox: reader.name(),
        serial: reader.uint32(),
        refresh: reader.uint32(),
        retry: reader.uint32(),
        expire: reader.uint32(),
        minimum: reader.uint32(),
      }
    default:
      return { type: 'unknown', bytes: reader.take(end - reader.offset) }
  }
}

function readStrings(reader: MessageReader, end: number): Uint8Array[] {
  const strings: Uint8Array[] = []
  while (reader.offset < end) strings.push(reader.take(reader.uint8()))
  return strings
}
