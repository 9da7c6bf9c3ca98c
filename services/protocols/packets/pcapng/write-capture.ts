import type { PacketRecord } from '../record.ts'
import { interfaceBlock, packetBlock, sectionBlock, type CaptureInterface } from './blocks.ts'
import { Segmenter } from './segments.ts'

export interface CaptureOptions {
  /** Nanoseconds since 1970 at the records' time 0 (`NicClock.epochNs`). */
  readonly epochNs: bigint
  /** One per NIC, by the host's id; others are added when they are met. */
  readonly interfaces: readonly CaptureInterface[]
  /** The trace that a packet belongs to, for its comment. */
  readonly traceOf?: (record: PacketRecord) => number | null
}

const APPLICATION = 'Hoplab'
const MODELLED = 'modelled headers'
const FILE_COMMENT =
  'Recorded by the user-space network cards of a Hoplab lab. Addresses, ports, payloads and times are real. Ethernet, IPv4 and ' +
  'TCP headers, handshakes and acknowledgements are modelled after them.'
/** Blocks are handed on in pieces of about this size. */
const PIECE_BYTES = 64 * 1024

/**
 * A capture for Wireshark, piece by piece. Memory stays bounded by the number of open connections, however long the capture.
 * Times are strictly increasing: what one record stands for (a handshake's segments) is a nanosecond apart.
 */
export function* writeCapture(records: Iterable<PacketRecord>, options: CaptureOptions): Generator<Buffer> {
  const writer = new CaptureWriter(options)
  let pieces = [writer.header()]
  let size = 0
  for (const record of records) {
    const piece = writer.add(record)
    pieces.push(piece)
    size += piece.length
    if (size < PIECE_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    size = 0
  }
  if (pieces.length > 0) yield Buffer.concat(pieces)
}

/** The same for callers that get their records bit by bit: `header` once, then `add` in the records' order. */
export class CaptureWriter {
  private readonly options: CaptureOptions
  private readonly interfaces = new Map<string, number>()
  private readonly segmenter = new Segmenter()
  private lastNs = -1n

  constructor(options: CaptureOptions) {
    this.options = options
  }

  header(): Buffer {
    const nics = this.options.interfaces.map((nic, index) => {
      this.interfaces.set(nic.name, index)
      return interfaceBlock(nic)
    })
    return Buffer.concat([sectionBlock(APPLICATION, FILE_COMMENT), ...nics])
  }

  /** The blocks of one record; empty for what an earlier record has said already. */
  add(record: PacketRecord): Buffer {
    const frames = this.segmenter.frames(record)
    if (frames.length === 0) return Buffer.alloc(0)
    const blocks: Buffer[] = []
    const interfaceId = this.interfaceOf(record, blocks)
    const trace = this.options.traceOf?.(record) ?? null
    const comment = trace === null ? MODELLED : `trace ${trace}; ${MODELLED}`
    let timeNs = this.options.epochNs + BigInt(record.timeNs)
    for (const { frame, originalLength, inbound } of frames) {
      if (timeNs <= this.lastNs) timeNs = this.lastNs + 1n
      this.lastNs = timeNs
      blocks.push(packetBlock({ interfaceId, timeNs, frame, originalLength, inbound, comment }))
    }
    return Buffer.concat(blocks)
  }

  private interfaceOf(record: PacketRecord, blocks: Buffer[]): number {
    const known = this.interfaces.get(record.host)
    if (known !== undefined) return known
    const id = this.interfaces.size
    this.interfaces.set(record.host, id)
    blocks.push(interfaceBlock({ name: record.host, description: record.service, address: record.server.address }))
    return id
  }
}
