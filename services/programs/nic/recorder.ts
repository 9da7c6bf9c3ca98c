import { formatIpv4 } from '../../protocols/nic/ipv4.ts'
import type { RecordingMode } from '../../protocols/nic/config.ts'
import type { RingStats } from '../../protocols/nic/messages.ts'
import {
  PACKET_FAULTS,
  PACKET_KINDS,
  snapLength,
  type NicRecord,
  type PacketFault,
  type PacketKind,
} from '../../protocols/nic/records.ts'
import { nowNs } from './clock.ts'
import type { LinkCounter } from './links.ts'
import { RecordRing, type RawRecord, type RecordSource } from './record-ring.ts'
import type { Hosts } from './hosts.ts'

/** What a connection (or a client of UDP) tells the recorder about itself. */
export interface PacketSource extends RecordSource {
  readonly link: LinkCounter
}

/** Codes of the kinds of packets in a record. */
export const KIND = {
  handshake: 0,
  segment: 1,
  close: 2,
  reset: 3,
  datagram: 4,
  refused: 5,
} as const satisfies Record<PacketKind, number>

/** Payload of one answer: an answer of this size takes a few milliseconds in which nothing is forwarded. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Packets that were kept somewhere are few; the oldest are forgotten long after they were read. */
const MAX_HELD_KEPT = 10_000
const NS_PER_MS = 1e6

/** Counts and records every packet. */
export class Recorder {
  private mode: RecordingMode
  private ring: RecordRing
  private lastNs = 0
  private recorded = 0
  private readonly hosts: Hosts
  /** How long packets were held, by their number. */
  private readonly heldNs = new Map<number, number>()
  /** How long faults keep packets on the way, by their number. */
  private readonly delayedNs = new Map<number, number>()

  constructor(hosts: Hosts, mode: RecordingMode, ringBytes: number) {
    this.hosts = hosts
    this.mode = mode
    this.ring = new RecordRing(ringBytes)
  }

  /** Counts and records one packet; `data` is null for one without payload. Returns its number, 0 when recording is off. */
  packet(source: PacketSource, kind: number, out: boolean, offset: number, data: Buffer | null): number {
    source.link.count(out, data === null ? 0 : data.length)
    if (this.mode === 'off') return 0
    // Two packets of one nanosecond would have no order.
    const now = nowNs()
    this.lastNs = now > this.lastNs ? now : this.lastNs + 1
    this.recorded += 1
    const captured = data === null ? 0 : snapLength(this.mode, data.length)
    return this.ring.add(source, kind, out, this.lastNs, offset, data, captured)
  }

  /** Says what a fault did to a packet. */
  noteFault(no: number, fault: PacketFault): void {
    if (no !== 0) this.ring.noteFault(no, PACKET_FAULTS.indexOf(fault) + 1)
  }

  /** Says what faults did to the packet that was recorded last, and how long they keep it on the way. */
  noteFaultOfLast(fault: PacketFault | null, delayMs: number): void {
    if (this.mode === 'off') return
    const no = this.ring.nextNo - 1
    if (fault !== null) this.noteFault(no, fault)
    this.noteDelay(no, delayMs)
  }

  /** Says how long faults keep a packet on the way. */
  noteDelay(no: number, delayMs: number): void {
    if (no !== 0 && delayMs > 0) keep(this.delayedNs, no, Math.round(delayMs * NS_PER_MS))
  }

  /** Says that a packet was held for so long. */
  wasHeld(no: number, ns: number): void {
    if (no !== 0) keep(this.heldNs, no, ns)
  }

  setRecording(mode: RecordingMode, ringBytes: number): void {
    this.mode = mode
    if (ringBytes === this.ring.bytes) return
    const { nextNo, dropped } = this.ring
    this.ring = new RecordRing(ringBytes, nextNo)
    this.ring.dropped = dropped
  }

  clear(): void {
    this.ring.clear()
    this.heldNs.clear()
    this.delayedNs.clear()
  }

  stats(): RingStats {
    const { bytes, usedBytes, dropped, firstNo, nextNo } = this.ring
    return { mode: this.mode, ringBytes: bytes, usedBytes, recorded: this.recorded, dropped, firstNo, nextNo }
  }

  record(no: number): NicRecord | null {
    const raw = this.ring.get(no)
    return raw === null ? null : this.describe(raw)
  }

  /** The records from `fromNo` (or the oldest that is there) on: at most `limit`, and not much more than 1 MiB of payload. */
  records(fromNo: number, limit: number): NicRecord[] {
    const found: NicRecord[] = []
    let bytes = 0
    for (let no = Math.max(fromNo, this.ring.firstNo); found.length < limit && bytes < MAX_ANSWER_BYTES; no += 1) {
      const raw = this.ring.get(no)
      if (raw === null) break
      bytes += raw.captured
      found.push(this.describe(raw))
    }
    return found
  }

  private describe(raw: RawRecord): NicRecord {
    const { port, host } = this.hosts.portAt(raw.portIndex)
    const address = formatIpv4(raw.peerAddress)
    const peerHost = this.hosts.hostAt(address)
    return {
      no: raw.no,
      timeNs: raw.timeNs,
      kind: PACKET_KINDS[raw.kind] ?? 'segment',
      direction: raw.out ? 'out' : 'in',
      transport: port.transport,
      connection: raw.connection,
      host: host.id,
      service: port.service,
      peerHost,
      peerService: this.hosts.onlyServiceOf(peerHost),
      client: { address, port: raw.peerPort },
      server: { address: host.outer, port: port.port },
      seenPort: raw.seenPort,
      offset: raw.offset,
      length: raw.length,
      payload: this.ring.payloadOf(raw).toString('base64'),
      heldNs: this.heldNs.get(raw.no) ?? 0,
      delayedNs: this.delayedNs.get(raw.no) ?? 0,
      fault: PACKET_FAULTS[raw.fault - 1] ?? null,
    }
  }
}

function keep(times: Map<number, number>, no: number, ns: number): void {
  times.set(no, ns)
  for (const oldest of times.keys()) {
    if (times.size <= MAX_HELD_KEPT) break
    times.delete(oldest)
  }
}
