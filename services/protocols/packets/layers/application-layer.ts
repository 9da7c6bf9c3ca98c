import type { PacketSummary, Part } from '../summary.ts'
import { dnsFields } from './dns-fields.ts'
import { httpFields } from './http-fields.ts'
import { at, field, type Field, type Layer } from './layer.ts'
import { previewOf } from './preview.ts'

/** Messages over TCP stand behind their length (RFC 1035 section 4.2.2). */
const DNS_LENGTH_BYTES = 2

/** What the payload says; null for packets without any. `base` is where the payload begins in the shown bytes. */
export function applicationLayer(payload: Buffer, base: number, summary: PacketSummary): Layer | null {
  if (payload.length === 0) return null
  const fields = summary.parts.flatMap((part) => partFields(payload, base, part, summary))
  const known = fields.length > 0 ? fields : [dataField(payload, base, 0, payload.length)]
  const protocol = summary.protocol === 'TCP' || summary.protocol === 'UDP' ? 'Data' : summary.protocol
  return { layer: 'application', protocol, offset: base, length: payload.length, fields: known }
}

function partFields(payload: Buffer, base: number, part: Part, summary: PacketSummary): Field[] {
  if (part.kind === 'raw') return [dataField(payload, base, part.start, part.end)]
  if (summary.protocol !== 'DNS') return httpFields(payload, base, part, summary)
  if (summary.flow.transport === 'udp') return dnsFields(payload.subarray(part.start, part.end), base + part.start)
  // A message that comes in pieces has no fields before it is whole.
  if (part.at > 0 || !part.last) return [dataField(payload, base, part.start, part.end)]
  const length = payload.readUInt16BE(part.start)
  const start = part.start + DNS_LENGTH_BYTES
  const lengthField = field('dns-length', length, at(base + part.start, DNS_LENGTH_BYTES))
  return [lengthField, ...dnsFields(payload.subarray(start, part.end), base + start)]
}

function dataField(payload: Buffer, base: number, start: number, end: number): Field {
  const preview = previewOf(payload.subarray(start, end))
  return field('plain-data', `${end - start} B ${preview}`.trimEnd(), at(base + start, end - start))
}
