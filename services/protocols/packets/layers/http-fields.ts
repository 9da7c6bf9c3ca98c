import { ChunkedScanner } from '../../http1/chunked.ts'
import { Http1Error } from '../../http1/http1-error.ts'
import { readSql } from '../hrana-text.ts'
import type { PacketSummary, Part } from '../summary.ts'
import { at, field, namedField, type Field } from './layer.ts'
import { previewOf } from './preview.ts'

/** The stretch of a message that a packet carries, line by line. Lenient: what is not understood is shown as it stands. */

/** A JSON text longer than this many lines is cut. */
const JSON_LINES = 500

/** `base` is where the payload begins in the shown bytes. */
export function httpFields(payload: Buffer, base: number, part: Part, summary: PacketSummary): Field[] {
  if (part.kind === 'head') return headFields(payload, base, part, summary.forward)
  return bodyFields(payload, base, part, summary)
}

function headFields(payload: Buffer, base: number, part: Part, isRequest: boolean): Field[] {
  const text = payload.toString('latin1', part.start, part.end)
  const fields: Field[] = []
  let start = 0
  while (start < text.length) {
    const found = text.indexOf('\r\n', start)
    const end = found === -1 ? text.length : found
    const next = found === -1 ? end : end + 2
    const place = at(base + part.start + start, next - start)
    fields.push(lineField(text.slice(start, end), place, start === 0, part, isRequest))
    start = next
  }
  return fields
}

type Place = ReturnType<typeof at>

function lineField(line: string, place: Place, first: boolean, part: Part, isRequest: boolean): Field {
  if (first && part.at > 0) return field('http-head-continued', line, place)
  if (first) return startLine(line, place, isRequest)
  if (line === '') return field('http-head-end', '', place)
  const colon = line.indexOf(':')
  if (colon === -1) return field('http-head-continued', line, place)
  return namedField(line.slice(0, colon), line.slice(colon + 1).trim(), place)
}

function startLine(line: string, place: Place, isRequest: boolean): Field {
  const keys = isRequest
    ? (['http-method', 'http-target', 'http-version'] as const)
    : (['http-version', 'http-status', 'http-reason'] as const)
  const words = /^([^ ]*)(?: ([^ ]*)(?: (.*))?)?$/.exec(line)?.slice(1) ?? []
  let offset = place.offset
  const fields: Field[] = []
  keys.forEach((key, index) => {
    const word = words[index]
    if (word === undefined) return
    fields.push(field(key, word, at(offset, word.length)))
    offset += word.length + 1
  })
  return field(isRequest ? 'http-request-line' : 'http-status-line', line, place, { fields })
}

function bodyFields(payload: Buffer, base: number, part: Part, summary: PacketSummary): Field[] {
  const bytes = payload.subarray(part.start, part.end)
  const place = at(base + part.start, bytes.length)
  const position = part.at === 0 && part.last ? '' : ` (${part.at}-${part.at + bytes.length - 1})`
  const whole = part.at === 0 && part.last ? bodyData(bytes, part.chunked) : null
  const { exchange } = summary
  const isHrana = exchange?.kind === 'http' && exchange.hrana
  const fields = isHrana && whole !== null ? hranaFields(whole, place, summary.forward) : []
  const preview = previewOf(whole ?? bytes)
  return [field('http-body', `${bytes.length} B${position} ${preview}`.trimEnd(), place, { fields })]
}

/** The data of a whole body, free of chunk sizes; null when those are wrong. */
function bodyData(bytes: Buffer, chunked: boolean): Buffer | null {
  if (!chunked) return bytes
  const data: Buffer[] = []
  try {
    new ChunkedScanner().scan(bytes, 0, bytes.length, (from, start, end) => data.push(from.subarray(start, end)))
  } catch (error) {
    if (error instanceof Http1Error) return null
    throw error
  }
  return Buffer.concat(data)
}

/** The SQL of a request line by line, and the JSON as it reads best. Its lines are not those of the wire: no offsets. */
function hranaFields(body: Buffer, place: Place, isRequest: boolean): Field[] {
  const text = body.toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return []
  }
  const sql = isRequest ? (readSql(text) ?? []) : []
  const lines = JSON.stringify(json, null, 2).split('\n')
  const shown = lines.length > JSON_LINES ? [...lines.slice(0, JSON_LINES), '…'] : lines
  return [...sql.map((line) => field('hrana-sql', line, null)), field('hrana-json', shown.join('\n'), place)]
}
