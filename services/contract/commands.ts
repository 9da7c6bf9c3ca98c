import { z } from 'zod'
import { AUDIT_INPUTS } from './audit-order.ts'
import type { AuditOutputs } from './audit.ts'
import { CAPACITY_INPUTS } from './capacity-order.ts'
import type { CapacityOutputs } from './capacity.ts'
import { DEPLOYMENT_COMMAND_INPUTS, type DeploymentCommandOutputs } from './deployment-commands.ts'
import { DESIGN_INPUTS } from './design-commands.ts'
import type { DesignOutputs } from './design.ts'
import { DNS_INPUTS } from './dns-order.ts'
import type { DnsOutputs } from './dns.ts'
import type { Failure } from './errors.ts'
import type { LabEvent } from './events.ts'
import { FAULT_INPUTS } from './fault-order.ts'
import type { FaultOutputs } from './faults.ts'
import { NAME_PATTERN, SERVICE_ACTIONS } from './names.ts'
import {
  MAX_PAGE_ROWS,
  MAX_REPORT_CHARS,
  MAX_RING_BYTES,
  MIN_RING_BYTES,
  RECORDING_MODES,
  type CaptureFile,
  type FollowedStream,
  type PacketPage,
  type PacketPosition,
  type PacketView,
  type RecordingState,
  type StepState,
  type Trace,
  type WrittenFile,
} from './network.ts'
import { SAVING_INPUTS } from './saving-order.ts'
import type { SavingOutputs } from './saving.ts'
import type { Capabilities, LabState, RequestResult, ServiceState, TopologySummary } from './state.ts'
import { TRAFFIC_INPUTS } from './traffic-order.ts'
import type { TrafficOutputs } from './traffic.ts'

const name = z.string().regex(NAME_PATTERN)
const none = z.strictObject({})
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
/** Longer ones are no filters; the parser has a smaller limit, with a sentence for it. */
const filter = z.string().max(4000)
/** A stop is looked at for a moment at least, and for ten minutes at most. */
const pace = z.int().min(50).max(600_000)
/** A terminal is at most this wide and high: more is a mistake or an attack on the pseudo-terminal's buffers. */
const cells = z.int().min(1).max(1000)

/** The input of every command. The engine checks each message against it, whatever channel it came by. */
export const COMMAND_INPUTS = {
  listTopologies: none,
  readCapabilities: none,
  startLab: z.strictObject({ topology: name }),
  stopLab: none,
  actOnService: z.strictObject({ service: name, action: z.enum(SERVICE_ACTIONS) }),
  setAutomaticRestart: z.strictObject({ service: name, enabled: z.boolean() }),
  sendRequest: z.strictObject({ url: z.string().min(1).max(2048).optional() }),
  readServiceFile: z.strictObject({ service: name, file: name }),
  attachTerminal: z.strictObject({ service: name }),
  detachTerminal: z.strictObject({ service: name }),
  ackTerminal: z.strictObject({ service: name, chars: z.int().min(0).max(1e9) }),
  writeTerminal: z.strictObject({ service: name, data: z.string().max(64 * 1024) }),
  resizeTerminal: z.strictObject({ service: name, cols: cells, rows: cells }),
  /** `from` null: the newest. */
  readPackets: z.strictObject({ filter, from: count.nullable(), limit: z.int().min(0).max(MAX_PAGE_ROWS) }),
  findPacket: z.strictObject({ filter, no: count }),
  readPacket: z.strictObject({ no: count }),
  followStream: z.strictObject({ connection: count }),
  clearPackets: none,
  setRecording: z.strictObject({
    mode: z.enum(RECORDING_MODES),
    ringBytes: z.int().min(MIN_RING_BYTES).max(MAX_RING_BYTES),
  }),
  exportCapture: none,
  readTrace: z.strictObject({ trace: count }),
  stepRequest: z.strictObject({ url: z.string().min(1).max(2048).optional() }),
  stepNext: none,
  stepPlay: z.strictObject({ paceMs: pace }),
  stepPause: none,
  stepToEnd: none,
  stepCancel: none,
  saveReport: z.strictObject({ name, html: z.string().min(1).max(MAX_REPORT_CHARS) }),
  ...DEPLOYMENT_COMMAND_INPUTS,
  ...TRAFFIC_INPUTS,
  ...FAULT_INPUTS,
  ...DESIGN_INPUTS,
  ...AUDIT_INPUTS,
  ...DNS_INPUTS,
  ...CAPACITY_INPUTS,
  ...SAVING_INPUTS,
} as const satisfies Record<string, z.ZodType>

export type CommandName = keyof typeof COMMAND_INPUTS
export type CommandInput<Name extends CommandName> = z.infer<(typeof COMMAND_INPUTS)[Name]>

/** What each command answers when it succeeds. */
export interface CommandOutputs
  extends
    DeploymentCommandOutputs,
    TrafficOutputs,
    FaultOutputs,
    DesignOutputs,
    DnsOutputs,
    CapacityOutputs,
    AuditOutputs,
    SavingOutputs {
  /** As `startLab`. */
  openLabFile: LabState
  listTopologies: readonly TopologySummary[]
  readCapabilities: Capabilities
  /** Answers when every service is ready, or fails naming those that are not. */
  startLab: LabState
  stopLab: null
  /** Answers when the service has reached the state that the action aims at. */
  actOnService: ServiceState
  setAutomaticRestart: ServiceState
  /** A request that got no answer is a result with `failure`, not an error of the command. */
  sendRequest: RequestResult
  readServiceFile: FileText
  /** What the terminal holds already; what comes after it is pushed by `onTerminalData`. */
  attachTerminal: null
  detachTerminal: null
  ackTerminal: null
  writeTerminal: null
  resizeTerminal: null
  /** A page of the packets that pass a filter; a filter that is not understood is an answer, not a failure. */
  readPackets: PacketPage
  findPacket: PacketPosition
  readPacket: PacketView
  followStream: FollowedStream
  clearPackets: null
  /** A new size of the ring forgets what was recorded. */
  setRecording: RecordingState
  /** Writes everything that is recorded to a pcapng file in the workspace. */
  exportCapture: CaptureFile
  readTrace: Trace
  /** Sends a request that is held at every NIC; answers when it is on its way. */
  stepRequest: StepState
  stepNext: StepState
  /** Goes on by itself, `paceMs` at each stop. */
  stepPlay: StepState
  stepPause: StepState
  /** Lets go of it: the request runs to its end. */
  stepToEnd: StepState
  /** Gives the request up, as a browser does whose window is closed. */
  stepCancel: StepState
  /** Saves a self-contained HTML page in the workspace's `reports` folder. */
  saveReport: WrittenFile
}

export interface FileText {
  readonly path: string
  readonly text: string
  readonly truncated: boolean
}

export type CommandOutput<Name extends CommandName> = CommandOutputs[Name]

/** Expected failures are values: the channel carries them as data, the client turns them into what its caller likes. */
export type CommandResult<Name extends CommandName> =
  { readonly ok: true; readonly value: CommandOutput<Name> } | { readonly ok: false; readonly failure: Failure }

/** A snapshot and the events that led to it lately; everything after it comes by `onEvents`, with no gap. */
export interface Subscription {
  readonly state: LabState
  readonly recent: readonly LabEvent[]
}

/** What a client may call on the engine, over any channel (birpc). */
export interface EngineFunctions {
  subscribe(): Subscription
  run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>
}

/** What the engine calls on a client. */
export interface ClientFunctions {
  /** In order, batched over at most 50 ms. */
  onEvents(events: readonly LabEvent[]): void
  /**
   * Terminal output. The client acknowledges what it has drawn (`ackTerminal`); the engine sends at most
   * `TERMINAL_WINDOW_CHARS` beyond that. `reset` means: clear first, this is the start of what is kept.
   */
  onTerminalData(service: string, data: string, reset: boolean): void
}

/** How far terminal output may run ahead of what the client has drawn. */
export const TERMINAL_WINDOW_CHARS = 256 * 1024
