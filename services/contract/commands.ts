import { z } from 'zod'
import { DEPLOYMENT_COMMAND_INPUTS, type DeploymentCommandOutputs } from './deployment-commands.ts'
import type { Failure } from './errors.ts'
import type { LabEvent } from './events.ts'
import { NAME_PATTERN, SERVICE_ACTIONS } from './names.ts'
import type { Capabilities, LabState, RequestResult, ServiceState, TopologySummary } from './state.ts'
import { TRAFFIC_INPUTS } from './traffic-order.ts'
import type { TrafficOutputs } from './traffic.ts'

const name = z.string().regex(NAME_PATTERN)
const none = z.strictObject({})
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
  ...DEPLOYMENT_COMMAND_INPUTS,
  ...TRAFFIC_INPUTS,
} as const satisfies Record<string, z.ZodType>

export type CommandName = keyof typeof COMMAND_INPUTS
export type CommandInput<Name extends CommandName> = z.infer<(typeof COMMAND_INPUTS)[Name]>

/** What each command answers when it succeeds. */
export interface CommandOutputs extends DeploymentCommandOutputs, TrafficOutputs {
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
