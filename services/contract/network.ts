import type { Failure } from './errors.ts'

/** What the network cards of the hosts recorded, as clients see it. Plain data; times are nanoseconds on the NIC's clock. */

/** `headers` keeps the first bytes of every packet, `full` all of them. */
export const RECORDING_MODES = ['off', 'headers', 'full'] as const
export type RecordingMode = (typeof RECORDING_MODES)[number]

/** Room for some packets of the largest size. */
export const MIN_RING_BYTES = 1024 * 1024
export const DEFAULT_RING_BYTES = 64 * 1024 * 1024
export const MAX_RING_BYTES = 2 * 1024 * 1024 * 1024

export const PACKET_KINDS = ['handshake', 'segment', 'close', 'reset', 'datagram', 'refused'] as const
/**
 * `handshake`: a connection stands. `segment`: bytes of a stream. `close`: the sender sends no more (FIN).
 * `refused`: nobody listens behind the port; the NIC answered with a reset.
 */
export type PacketKind = (typeof PACKET_KINDS)[number]

/**
 * What a fault did to a packet. `dropped`: it never arrives. `kept`: it arrives when the fault is over. `delayed`: it arrives
 * late. `resent`: late as if TCP had sent it again (modelled). `reset` and `refused`: it ended its connection.
 */
export const PACKET_FAULTS = ['dropped', 'kept', 'delayed', 'resent', 'reset', 'refused'] as const
export type PacketFault = (typeof PACKET_FAULTS)[number]

export const PACKET_PROTOCOLS = ['DNS', 'HTTP', 'Hrana', 'TCP', 'UDP'] as const
export type PacketProtocol = (typeof PACKET_PROTOCOLS)[number]

export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** A packet as a client sees it in a list; in `--json`, one line each. */
export interface PacketRow {
  readonly no: number
  /** Nanoseconds since the recording began. */
  readonly timeNs: number
  readonly host: string
  /** The link's id, `lb-1>web-1`; null for connections that the topology does not know. */
  readonly link: string | null
  readonly from: string
  readonly to: string
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly connection: number
  readonly protocol: PacketProtocol
  readonly kind: PacketKind
  readonly length: number
  readonly info: string
  readonly trace: number | null
}

/** The layers of the TCP/IP suite (RFC 1122 section 1.1.3), top down. */
export const LAYERS = ['application', 'transport', 'internet', 'link'] as const
export type LayerName = (typeof LAYERS)[number]

export interface PacketField {
  /** As the protocol's own document calls it. */
  readonly name: string
  /** `packets.fields.<key>` in the locale files; null for names that came with the packet (header lines). */
  readonly key: string | null
  readonly value: string
  /** Where it stands in the shown bytes; null for what follows from others. */
  readonly offset: number | null
  readonly length: number | null
  /** Whether it is modelled and not captured. */
  readonly modelled: boolean
  readonly fields: readonly PacketField[]
}

export interface PacketLayer {
  readonly layer: LayerName
  readonly protocol: string
  /** Where the layer's own bytes (a header, or the application's data) stand in the shown bytes. */
  readonly offset: number
  readonly length: number
  readonly fields: readonly PacketField[]
}

/** A packet layer by layer, with the whole modelled frame. */
export interface PacketView {
  readonly row: PacketRow
  readonly layers: readonly PacketLayer[]
  /** The frame as base64; fields say where in it they stand. */
  readonly bytes: string
  /** Where the captured bytes begin in it; what is before them is modelled but for addresses and ports. */
  readonly payloadOffset: number
}

/** What is wrong with a filter: `packets.filterErrors.<key>` in the locale files. */
export interface PacketFilterError {
  readonly key: string
  readonly params: Readonly<Record<string, string | number>>
  /** Where it is, in characters of the filter; `end` may equal `start` at the end of the text. */
  readonly start: number
  readonly end: number
  /** What could stand there: words of the language. */
  readonly expected: readonly string[]
}

/** A stretch of the packets that pass a filter. Positions count from the first that ever passed it since the last clear. */
export interface PacketPage {
  /** Null when the filter was understood; else there are no rows. */
  readonly error: PacketFilterError | null
  /** Positions that are there: `firstIndex` up to, not with, `endIndex`. The oldest give way. */
  readonly firstIndex: number
  readonly endIndex: number
  /** Position of `rows[0]`. */
  readonly from: number
  readonly rows: readonly PacketRow[]
  readonly recording: RecordingState
}

/** Where the packets with one number stand under a filter: null when it does not pass or is gone. */
export interface PacketPosition {
  readonly index: number | null
}

export interface StreamPiece {
  readonly from: 'client' | 'server'
  /** The packet in which it begins. */
  readonly no: number
  readonly timeNs: number
  readonly text: string
  /** Bytes that the text stands for. */
  readonly length: number
  /** Bytes before it that were not recorded. */
  readonly missing: number
}

/** Both directions of a connection as one text, in the order in which the bytes went by. */
export interface FollowedStream {
  readonly chunks: readonly StreamPiece[]
  readonly bytes: { readonly client: number; readonly server: number }
  /** True when the limit cut it short. */
  readonly truncated: boolean
}

/** A sentence of a trace: `packets.steps.<key>` in the locale files. */
export interface TraceSentence {
  readonly key: string
  readonly params: Readonly<Record<string, string | number>>
}

/** One request of the client and everything that it led to. */
export interface Trace {
  /** Small and rising: what a person and the filter call it. */
  readonly id: number
  /** 32 hexadecimal digits (W3C Trace Context). */
  readonly traceId: string
  /** Of the first request; null while only its name was looked up. */
  readonly url: string | null
  readonly status: number | null
  readonly startNs: number
  /** Null while something is still under way. */
  readonly endNs: number | null
  /** A page and what belongs to it, in the order in which they were asked for. */
  readonly requests: readonly TraceRequest[]
  /** In the order in which they began; a hop's `parent` stands before it. */
  readonly hops: readonly TraceHop[]
  /** What happened, in order, each to be told by one sentence. */
  readonly steps: readonly TraceStep[]
  /** Who took how long by itself, in the order of first mention. */
  readonly processes: readonly { readonly service: string; readonly ns: number }[]
  /** Numbers of its packets, rising. */
  readonly packets: readonly number[]
}

export interface TraceRequest {
  readonly method: string
  readonly url: string
  readonly status: number | null
  readonly startNs: number
  readonly endNs: number | null
}

export type HopFailure = 'refused' | 'reset' | 'closed' | 'malformed' | 'status'

/** A packet that arrived at `fromNs` went on at `toNs` only (null: not yet). */
export interface PacketHold {
  readonly no: number
  readonly fromNs: number
  readonly toNs: number | null
}

/** A packet that came at `fromNs` and arrived at `toNs` only, because of a fault of the network. */
export interface PacketDelay {
  readonly no: number
  readonly fromNs: number
  readonly toNs: number
}

export interface TraceHop {
  /** Index in `requests`; null for the look-up of the name. */
  readonly request: number | null
  /** Index of the hop whose process made this one. */
  readonly parent: number | null
  readonly from: string
  readonly to: string
  /** The link's id; null where the topology plans none. */
  readonly link: string | null
  readonly protocol: 'DNS' | 'HTTP' | 'Hrana'
  readonly startNs: number
  readonly endNs: number | null
  /** Null for datagrams, which need no connection. */
  readonly connection: 'new' | 'reused' | null
  readonly connectionNo: number
  /** `GET /guestbook`, `A www.foobar.com`; '' for a connection that was refused. */
  readonly requestLine: string
  readonly status: number | null
  /** `200 OK`, `NOERROR 127.10.0.10`; '' without an answer. */
  readonly answer: string
  readonly sql: readonly string[]
  /** 1, or more when the same process tried before and failed. */
  readonly attempt: number
  readonly failed: HopFailure | null
  /** False when it is only likely that the hop belongs to this trace: refused connections carry no trace id. */
  readonly certain: boolean
  readonly timing: HopTiming
  readonly holds: readonly PacketHold[]
  readonly delays: readonly PacketDelay[]
  readonly note: TraceSentence
  readonly packets: readonly number[]
}

/** Where a hop's time went, in nanoseconds; null for what did not happen (yet). */
export interface HopTiming {
  /** From the opened connection to the first byte of the request; null on a reused one. */
  readonly openNs: number | null
  /** On the network: from first to last byte of the request, and of the answer. */
  readonly requestNs: number | null
  readonly responseNs: number | null
  /** From the last byte of the request to the first of the answer. */
  readonly waitNs: number | null
  /** The part of `waitNs` that the process `to` needed by itself: without its own hops, holds and delays. */
  readonly processNs: number | null
  /** Held at the NIC, both ways. */
  readonly heldNs: number
  /** On the network, because faults keep packets on the way, both ways. */
  readonly delayNs: number
}

export interface TraceStep {
  readonly atNs: number
  /** Index in `hops`. */
  readonly hop: number
  readonly sentence: TraceSentence
}

/** What the list of traces shows; the whole is read by `readTrace`. */
export interface TraceSummary {
  readonly id: number
  readonly traceId: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly url: string | null
  readonly status: number | null
  /** Null while it is under way. */
  readonly totalMs: number | null
  readonly hops: number
  readonly failed: boolean
  /** Whether a person stepped through it. */
  readonly stepped: boolean
}

/** What is recorded, and how much of it is there. */
export interface RecordingState {
  readonly mode: RecordingMode
  readonly ringBytes: number
  readonly usedBytes: number
  /** Packets since the start: recorded, and dropped again because the ring is full. */
  readonly recorded: number
  readonly dropped: number
  /** Packets that went by too fast to be looked at (they are in the capture all the same). */
  readonly skipped: number
}

export interface LinkRate {
  /** The link's id. */
  readonly link: string
  readonly packetsPerSecond: number
  readonly bytesPerSecond: number
  /** Connections that stand now (UDP: clients). */
  readonly connections: number
}

/** `unsupported`: this system has one loopback address only, so hosts cannot have network cards. */
export const NETWORK_STATES = ['off', 'starting', 'ready', 'failed', 'unsupported'] as const
export type NetworkStateName = (typeof NETWORK_STATES)[number]

/** The one process that plays the network cards of all hosts. */
export interface NetworkState {
  readonly state: NetworkStateName
  readonly pid: number | null
  readonly restarts: number
  readonly recording: RecordingState
  readonly rates: readonly LinkRate[]
}

/** Where a stepped request waits: at the card of `host`, on its way to (`in`) or from (`out`) `service`. */
export interface StepStop {
  /** Counts from 1. */
  readonly no: number
  readonly host: string
  readonly service: string
  readonly link: string | null
  readonly direction: 'in' | 'out'
  readonly message: 'query' | 'answer' | 'request' | 'response'
  /** `GET /guestbook HTTP/1.1`, `HTTP/1.1 200 OK`, the DNS question's name. */
  readonly title: string
  readonly from: string
  readonly to: string
  /** The packet that is held; 0 when recording is off. */
  readonly packet: number
  readonly sinceMs: number
  /** Null while it waits; `lost` when it will never arrive. */
  readonly ended: {
    readonly atMs: number
    readonly how: 'released' | 'lost'
    readonly reason: StepLostReason | null
  } | null
  /** Who has the packet and why: `step.why.<key>`. */
  readonly why: TraceSentence
  /** What happens when it goes on: `step.next.<key>`. */
  readonly next: TraceSentence
  /** For "Where does it go next?": the services (or `client`) to choose from, and the right one. More than one may be right before a balancer has chosen. */
  readonly choices: readonly string[]
  readonly answers: readonly string[]
}

/** Keys of `StepStop.why` and of `StepStop.next`: the locale files have a sentence for each. */
export const STEP_WHYS = [
  'dnsQuery',
  'dnsAnswer',
  'resolverAnswer',
  'request',
  'balancerChose',
  'proxied',
  'sql',
  'response',
  'databaseAnswer',
] as const
export const STEP_NEXTS = [
  'dnsWillAnswer',
  'resolverWillAnswer',
  'connectTo',
  'balancerWillChoose',
  'webWillServe',
  'webWillPass',
  'appWillRun',
  'databaseWillRun',
  'backTo',
  'shown',
] as const

export type StepLostReason = 'client-gone' | 'server-gone' | 'nic-ends'

/** `moving`: the packet was let go and has not reached the next card yet. */
export const STEP_PHASES = ['moving', 'waiting', 'done', 'failed', 'cancelled'] as const
export type StepPhase = (typeof STEP_PHASES)[number]

/** A request that is stepped through, or was: the last one stays until the next begins. */
export interface StepState {
  readonly traceId: string
  /** Number of its trace; null before its first packet was seen. */
  readonly trace: number | null
  readonly url: string
  readonly phase: StepPhase
  readonly startedAtMs: number
  readonly stops: readonly StepStop[]
  /** Milliseconds at each stop while it plays by itself; null while a person steps. */
  readonly paceMs: number | null
  /** The request's status at the end. */
  readonly status: number | null
  readonly failure: Failure | null
}

export const NO_RECORDING: RecordingState = {
  mode: 'full',
  ringBytes: DEFAULT_RING_BYTES,
  usedBytes: 0,
  recorded: 0,
  dropped: 0,
  skipped: 0,
}

export const NO_NETWORK: NetworkState = { state: 'off', pid: null, restarts: 0, recording: NO_RECORDING, rates: [] }

/** How many traces are kept. */
export const KEPT_TRACES = 100
/** Rows that one page may have. */
export const MAX_PAGE_ROWS = 500
/** A report (a printed trace, say) is at most this large. */
export const MAX_REPORT_CHARS = 8 * 1024 * 1024

/** A file that the engine wrote into the lab's workspace. */
export interface WrittenFile {
  readonly path: string
  readonly bytes: number
}

export interface CaptureFile extends WrittenFile {
  readonly packets: number
}
