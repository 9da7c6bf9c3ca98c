import { TextDecoder } from 'node:util'
import type { FollowedStream, StreamPiece as StreamChunk } from '../../contract/network.ts'
import type { PacketRecord } from './record.ts'

export type { FollowedStream, StreamChunk }

/** Both directions of a connection as one text, in the order in which the bytes went by. */

const DEFAULT_LIMIT_BYTES = 1024 * 1024

/** What one direction remembers between its chunks: characters may be split between packets. */
interface Side {
  decoder: TextDecoder
  next: number | null
  bytes: number
}

/**
 * `records` are those of one connection, in order (others are left out by `connection`). Text is read as UTF-8; bytes that
 * are no text become U+FFFD. Reading stops after `limitBytes`.
 */
export function followStream(
  records: Iterable<PacketRecord>,
  connection: number,
  limitBytes: number = DEFAULT_LIMIT_BYTES,
): FollowedStream {
  const sides = { client: newSide(), server: newSide() }
  const chunks: StreamChunk[] = []
  let truncated = false
  for (const record of records) {
    if (record.connection !== connection || (record.kind !== 'segment' && record.kind !== 'datagram')) continue
    const left = limitBytes - sides.client.bytes - sides.server.bytes
    if (left <= 0) {
      truncated = true
      break
    }
    const from = record.direction === 'in' ? 'client' : 'server'
    const chunk = readChunk(record, from, sides[from], left)
    if (chunk === null) continue
    if (chunk.length === left && record.payload.length > chunk.length) truncated = true
    append(chunks, chunk)
  }
  return { chunks, bytes: { client: sides.client.bytes, server: sides.server.bytes }, truncated }
}

function newSide(): Side {
  return { decoder: new TextDecoder(), next: null, bytes: 0 }
}

function readChunk(record: PacketRecord, from: StreamChunk['from'], side: Side, left: number): StreamChunk | null {
  const isStream = record.kind === 'segment'
  const expected = isStream ? (side.next ?? record.offset) : record.offset
  const seen = Math.max(0, expected - record.offset)
  const missing = Math.max(0, record.offset - expected)
  const bytes = record.payload.subarray(seen, seen + left)
  // What was not recorded is missing before the next chunk.
  side.next = Math.max(expected, record.offset + Math.max(record.payload.length, 0))
  if (missing > 0) side.decoder = new TextDecoder()
  side.bytes += bytes.length
  const text = isStream ? side.decoder.decode(bytes, { stream: true }) : new TextDecoder().decode(bytes)
  if (bytes.length === 0) return null
  return { from, no: record.no, timeNs: record.timeNs, text, length: bytes.length, missing }
}

/** Chunks that one side sent in a row are one. */
function append(chunks: StreamChunk[], chunk: StreamChunk): void {
  const last = chunks.at(-1)
  if (last === undefined || last.from !== chunk.from || chunk.missing > 0) {
    chunks.push(chunk)
    return
  }
  chunks[chunks.length - 1] = { ...last, text: last.text + chunk.text, length: last.length + chunk.length }
}
