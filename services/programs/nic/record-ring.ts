import {
  FAULT_MASK,
  FAULT_SHIFT,
  F64,
  F64_PER_RECORD,
  KIND_MASK,
  OUT_FLAG,
  RECORD_BYTES,
  U16,
  U16_PER_RECORD,
  U32,
  U32_PER_RECORD,
} from '../../protocols/nic/record-layout.ts'
import { ByteRing } from './byte-ring.ts'

/** The records of the NIC: a ring of 48-byte records and a ring of payload, together of a fixed size. */

/** One record for so many bytes of ring: a small packet has 100 to 300 bytes with its metadata. */
const BYTES_PER_RECORD_SLOT = 256

const NOTHING = Buffer.alloc(0)

/** A record's numbers, as they stand in the ring. */
export interface RawRecord {
  readonly no: number
  readonly timeNs: number
  readonly kind: number
  readonly out: boolean
  readonly connection: number
  readonly portIndex: number
  readonly peerAddress: number
  readonly peerPort: number
  readonly seenPort: number
  readonly offset: number
  readonly length: number
  readonly captured: number
  /** 0: none; else 1 and its place in `PACKET_FAULTS`. */
  readonly fault: number
}

export interface RecordSource {
  readonly id: number
  readonly portIndex: number
  /** IPv4 as a number. */
  readonly peerAddress: number
  readonly peerPort: number
  readonly seenPort: number
}

export class RecordRing {
  readonly bytes: number
  /** Number of the oldest record that is there. */
  firstNo: number
  /** Number that the next record gets. */
  nextNo: number
  dropped = 0
  private readonly slots: number
  private readonly f64: Float64Array
  private readonly u32: Uint32Array
  private readonly u16: Uint16Array
  private readonly payload: ByteRing

  /** Numbers go on from `nextNo`. */
  constructor(bytes: number, nextNo = 1) {
    this.bytes = bytes
    this.slots = Math.floor(bytes / BYTES_PER_RECORD_SLOT)
    const metadata = new ArrayBuffer(this.slots * RECORD_BYTES)
    this.f64 = new Float64Array(metadata)
    this.u32 = new Uint32Array(metadata)
    this.u16 = new Uint16Array(metadata)
    this.payload = new ByteRing(bytes - metadata.byteLength)
    this.firstNo = nextNo
    this.nextNo = nextNo
  }

  get usedBytes(): number {
    const records = this.nextNo - this.firstNo
    return records === 0 ? 0 : records * RECORD_BYTES + this.payload.end - this.payloadStart(this.firstNo)
  }

  /** Writes a record with the first `captured` bytes of `data`; the oldest records give way. Returns its number. */
  add(
    source: RecordSource,
    kind: number,
    out: boolean,
    timeNs: number,
    offset: number,
    data: Buffer | null,
    captured: number,
  ): number {
    const kept = Math.min(captured, this.payload.capacity)
    this.makeRoom(kept)
    const no = this.nextNo
    const slot = no % this.slots
    const f = slot * F64_PER_RECORD
    const u = slot * U32_PER_RECORD
    const h = slot * U16_PER_RECORD
    this.f64[f + F64.timeNs] = timeNs
    this.f64[f + F64.offset] = offset
    this.f64[f + F64.payloadAt] = data === null ? this.payload.end : this.payload.write(data, kept)
    this.u32[u + U32.length] = data === null ? 0 : data.length
    this.u32[u + U32.captured] = kept
    this.u32[u + U32.connection] = source.id
    this.u32[u + U32.peerAddress] = source.peerAddress
    this.u16[h + U16.peerPort] = source.peerPort
    this.u16[h + U16.seenPort] = source.seenPort
    this.u16[h + U16.portIndex] = source.portIndex
    this.u16[h + U16.flags] = out ? kind | OUT_FLAG : kind
    this.nextNo = no + 1
    return no
  }

  /** Notes on a record what a fault did to its packet, as `RawRecord.fault` has it. Does nothing when it is not there. */
  noteFault(no: number, fault: number): void {
    if (no < this.firstNo || no >= this.nextNo) return
    const at = (no % this.slots) * U16_PER_RECORD + U16.flags
    this.u16[at] = ((this.u16[at] ?? 0) & ~FAULT_MASK) | (fault << FAULT_SHIFT)
  }

  /** The record, or null when it is not there (any more). */
  get(no: number): RawRecord | null {
    if (no < this.firstNo || no >= this.nextNo) return null
    const slot = no % this.slots
    const f = slot * F64_PER_RECORD
    const u = slot * U32_PER_RECORD
    const h = slot * U16_PER_RECORD
    const flags = this.u16[h + U16.flags] ?? 0
    return {
      no,
      timeNs: this.f64[f + F64.timeNs] ?? 0,
      offset: this.f64[f + F64.offset] ?? 0,
      length: this.u32[u + U32.length] ?? 0,
      captured: this.u32[u + U32.captured] ?? 0,
      connection: this.u32[u + U32.connection] ?? 0,
      peerAddress: this.u32[u + U32.peerAddress] ?? 0,
      peerPort: this.u16[h + U16.peerPort] ?? 0,
      seenPort: this.u16[h + U16.seenPort] ?? 0,
      portIndex: this.u16[h + U16.portIndex] ?? 0,
      kind: flags & KIND_MASK,
      out: (flags & OUT_FLAG) !== 0,
      fault: (flags & FAULT_MASK) >> FAULT_SHIFT,
    }
  }

  /** What was kept of a record's payload. */
  payloadOf(record: RawRecord): Buffer {
    return record.captured === 0 ? NOTHING : this.payload.read(this.payloadStart(record.no), record.captured)
  }

  /** Forgets all records; numbers go on. */
  clear(): void {
    this.firstNo = this.nextNo
  }

  private payloadStart(no: number): number {
    return this.f64[(no % this.slots) * F64_PER_RECORD + F64.payloadAt] ?? 0
  }

  private makeRoom(bytes: number): void {
    const oldestKept = this.payload.end + bytes - this.payload.capacity
    let first = this.firstNo
    while (first < this.nextNo && (this.nextNo - first >= this.slots || this.payloadStart(first) < oldestKept))
      first += 1
    this.dropped += first - this.firstNo
    this.firstNo = first
  }
}
