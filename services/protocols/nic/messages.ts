import type { WireFault, WireFigures } from './faults.ts'
import type { NicHost, NicPort, RecordingMode, Transport } from './config.ts'
import type { Direction, Endpoint, NicClock, NicRecord } from './records.ts'

/** What the engine and the NIC say to each other over the process's IPC channel (JSON). */

/** Every command is answered by `done`, `failed` or its own answer, with the same `id`. */
export type NicCommand =
  /** The process behind a port was started (`open`: the NIC looks at once and opens when it listens) or has ended. */
  | {
      readonly type: 'setPort'
      readonly id: number
      readonly host: string
      readonly port: number
      readonly transport: Transport
      readonly open: boolean
    }
  /** Another host; one that is there with the same addresses stays as it is. */
  | { readonly type: 'addHost'; readonly id: number; readonly host: NicHost }
  /** Another port of a host that is known; looked after like those of the configuration. One that is there stays as it is. */
  | { readonly type: 'addPort'; readonly id: number; readonly port: NicPort }
  /** Holds every request and response of this trace from now on. */
  | { readonly type: 'hold'; readonly id: number; readonly traceId: string }
  /**
   * Holds the DNS question for `name` (without case) from `address`, and its answer, as part of the trace. `port` null:
   * whatever port it comes from.
   */
  | {
      readonly type: 'holdDns'
      readonly id: number
      readonly traceId: string
      readonly name: string
      readonly address: string
      readonly port: number | null
    }
  /** Lets one held message go on; the trace stays armed. */
  | { readonly type: 'release'; readonly id: number; readonly holdId: number }
  /** Lets everything of the trace go on, and holds nothing of it any more. */
  | { readonly type: 'releaseAll'; readonly id: number; readonly traceId: string }
  /** Answered by `records`: from number `fromNo` (or the oldest kept) on, at most `limit`, at most about 1 MiB of payload. */
  | { readonly type: 'records'; readonly id: number; readonly fromNo: number; readonly limit: number }
  /** Answered by `record`. */
  | { readonly type: 'record'; readonly id: number; readonly no: number }
  | { readonly type: 'clear'; readonly id: number }
  /** Breaks something of the network; one with the same number gives way. */
  | { readonly type: 'setFault'; readonly id: number; readonly fault: WireFault }
  /** Does nothing when it is not there. */
  | { readonly type: 'clearFault'; readonly id: number; readonly fault: number }
  /** Another mode, another size of the ring, or both. A new size forgets what was recorded. */
  | { readonly type: 'setRecording'; readonly id: number; readonly mode: RecordingMode; readonly ringBytes: number }

export interface PortStatus extends NicPort {
  readonly open: boolean
}

/** A held message: where it is and what it is. */
export interface Held {
  readonly holdId: number
  readonly traceId: string
  /** The record in which it begins; 0 when recording is off. */
  readonly no: number
  readonly connection: number
  readonly direction: Direction
  /** The host whose NIC holds it. */
  readonly host: string
  readonly service: string
  readonly message: 'request' | 'response' | 'query' | 'answer'
  /** `GET /guestbook HTTP/1.1`, `HTTP/1.1 200 OK`, the DNS question's name. */
  readonly title: string
  /** Whom it goes from and to: the host's id, null for the client; their real addresses. */
  readonly from: HeldEnd
  readonly to: HeldEnd
  readonly timeNs: number
}

export interface HeldEnd extends Endpoint {
  readonly host: string | null
}

/** Why a held message will never arrive. */
export type HoldLostReason = 'client-gone' | 'server-gone' | 'nic-ends'

export interface LinkStats {
  /** The calling host; null: the client. */
  readonly from: string | null
  readonly to: string
  readonly service: string
  /** Since the NIC's start, to and from the service. */
  readonly packetsIn: number
  readonly packetsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Connections (UDP: clients) that stand now. */
  readonly connections: number
}

export interface RingStats {
  readonly mode: RecordingMode
  readonly ringBytes: number
  readonly usedBytes: number
  /** Packets recorded and dropped (the oldest give way) since the start. */
  readonly recorded: number
  readonly dropped: number
  /** The numbers that are there: `firstNo` up to, not with, `nextNo`. */
  readonly firstNo: number
  readonly nextNo: number
}

export type NicReport =
  | { readonly type: 'ready'; readonly clock: NicClock; readonly ports: readonly PortStatus[]; readonly pid: number }
  | { readonly type: 'portChanged'; readonly port: PortStatus; readonly why: string }
  | { readonly type: 'stats'; readonly timeNs: number; readonly links: readonly LinkStats[]; readonly ring: RingStats }
  /** After every change, and again and again while any is set. */
  | { readonly type: 'faults'; readonly figures: readonly WireFigures[] }
  | { readonly type: 'held'; readonly held: Held }
  | { readonly type: 'released'; readonly holdId: number; readonly timeNs: number }
  | { readonly type: 'holdLost'; readonly holdId: number; readonly reason: HoldLostReason; readonly timeNs: number }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly sentence: string }
  | {
      readonly type: 'records'
      readonly id: number
      readonly records: readonly NicRecord[]
      readonly firstNo: number
      readonly nextNo: number
    }
  /** Null: dropped long ago, or not there yet. */
  | { readonly type: 'record'; readonly id: number; readonly record: NicRecord | null }

export type NicReportType = NicReport['type']
