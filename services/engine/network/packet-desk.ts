import { createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import {
  LabError,
  type CaptureFile,
  type FollowedStream,
  type PacketPage,
  type PacketPosition,
  type PacketView as PacketViewData,
  type RecordingState,
} from '../../contract/index.ts'
import type { NicClock } from '../../protocols/nic/records.ts'
import {
  CaptureWriter,
  decodeRecord,
  describePacket,
  followStream,
  packetRow,
  type CaptureInterface,
  type PacketRecord,
} from '../../protocols/packets/index.ts'
import { fileStamp } from '../workspace/file-stamp.ts'
import type { NicProcess } from './nic-process.ts'
import type { PacketStore } from './packet-store.ts'

/** Packets of one connection that a followed stream reads at most. */
const MAX_STREAM_PACKETS = 4000
/** Records of one answer while a capture is written. */
const CAPTURE_PAGE = 1000

export interface DeskParts {
  readonly nic: NicProcess
  readonly clock: NicClock
  readonly store: PacketStore
  readonly recording: () => RecordingState
  /** The network cards that the lab has now. */
  readonly interfaces: () => readonly CaptureInterface[]
  /** Where captures are written. */
  readonly folder: string
}

/** Answers questions about packets: rows from the store, bytes from the NIC. */
export class PacketDesk {
  private readonly parts: DeskParts

  constructor(parts: DeskParts) {
    this.parts = parts
  }

  /** `from` null: the newest. */
  page(filter: string, from: number | null, limit: number): PacketPage {
    const { store } = this.parts
    const recording = this.parts.recording()
    const { view, error } = store.view(filter)
    if (view === null) return { error, firstIndex: 0, endIndex: 0, from: 0, rows: [], recording }
    const { firstIndex, endIndex } = view
    const start = Math.max(firstIndex, from ?? endIndex - limit)
    const rows = view.slice(start, limit).flatMap((no) => {
      const summary = store.find(no)
      return summary === undefined ? [] : [packetRow(summary)]
    })
    return { error: null, firstIndex, endIndex, from: start, rows, recording }
  }

  position(filter: string, no: number): PacketPosition {
    return { index: this.parts.store.view(filter).view?.find(no) ?? null }
  }

  /** Throws `PACKET_GONE`. */
  async packet(no: number): Promise<PacketViewData> {
    const summary = this.parts.store.find(no)
    const record = await this.record(no)
    if (summary === undefined || record === null) throw new LabError('PACKET_GONE', { no })
    const { layers, bytes, payloadOffset } = describePacket(record, summary)
    return { row: packetRow(summary), layers, bytes: bytes.toString('base64'), payloadOffset }
  }

  async stream(connection: number): Promise<FollowedStream> {
    const records: PacketRecord[] = []
    for (const { no, flow, length } of this.parts.store.all()) {
      if (flow.connection !== connection || length === 0) continue
      const record = await this.record(no)
      if (record !== null) records.push(record)
      if (records.length >= MAX_STREAM_PACKETS) return { ...followStream(records, connection), truncated: true }
    }
    return followStream(records, connection)
  }

  /** Writes all that is recorded as pcapng, piece by piece. Throws `EXPORT_FAILED`. */
  async capture(): Promise<CaptureFile> {
    const path = join(this.parts.folder, `capture-${fileStamp(new Date())}.pcapng`)
    try {
      await mkdir(this.parts.folder, { recursive: true })
      const packets = await this.writeCapture(path)
      return { path, packets, bytes: (await stat(path)).size }
    } catch (error) {
      throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
    }
  }

  private async writeCapture(path: string): Promise<number> {
    const { clock, store, interfaces, nic } = this.parts
    const writer = new CaptureWriter({
      epochNs: BigInt(clock.epochNs),
      interfaces: interfaces(),
      traceOf: ({ no }) => store.find(no)?.trace ?? null,
    })
    const file = createWriteStream(path)
    await once(file, 'open')
    file.write(writer.header())
    let packets = 0
    let next = 0
    let end: number | null = null
    for (;;) {
      const answer = await nic.ask({ type: 'records', fromNo: next, limit: CAPTURE_PAGE })
      // What is recorded while the file is written belongs to the next one.
      end ??= answer.nextNo
      const wanted = answer.records.filter(({ no }) => no < (end ?? 0))
      packets += wanted.length
      const bytes = Buffer.concat(wanted.map((record) => writer.add(decodeRecord(record))))
      if (bytes.length > 0 && !file.write(bytes)) await once(file, 'drain')
      next = (answer.records.at(-1)?.no ?? end) + 1
      if (next >= end) break
    }
    file.end()
    await once(file, 'finish')
    return packets
  }

  private async record(no: number): Promise<PacketRecord | null> {
    const { record } = await this.parts.nic.ask({ type: 'record', no })
    return record === null ? null : decodeRecord(record)
  }
}
