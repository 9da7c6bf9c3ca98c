import type { BalanceAlgorithm } from '../../contract/names.ts'

/** What a haproxy.cfg of the lab says, with `defaults` already applied. Durations are in ms; null means not set. */

export const TIMEOUTS = [
  'connect',
  'client',
  'server',
  'http-request',
  'http-keep-alive',
  'queue',
  'check',
  'tunnel',
] as const
export type TimeoutName = (typeof TIMEOUTS)[number]
export type Timeouts = Readonly<Record<TimeoutName, number | null>>

/** Failures after which a request may be sent again (`retry-on`; HAProxy manual, section 4.2). */
export const RETRY_REASONS = [
  'conn-failure',
  'empty-response',
  'junk-response',
  'response-timeout',
  '401',
  '403',
  '404',
  '408',
  '425',
  '500',
  '501',
  '502',
  '503',
  '504',
] as const
export type RetryReason = (typeof RETRY_REASONS)[number]

/** What `all-retryable-errors` stands for. */
export const ALL_RETRYABLE: readonly RetryReason[] = [
  'conn-failure',
  'empty-response',
  'junk-response',
  'response-timeout',
  '500',
  '502',
  '503',
  '504',
]

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export const STATS_LEVELS = ['user', 'operator', 'admin'] as const
export type StatsLevel = (typeof STATS_LEVELS)[number]

export interface GlobalSettings {
  readonly maxconn: number | null
  readonly statsSocket: (Endpoint & { readonly level: StatsLevel; readonly line: number }) | null
}

export interface Frontend {
  readonly name: string
  readonly line: number
  readonly binds: readonly (Endpoint & { readonly line: number })[]
  readonly defaultBackend: string
  readonly forwardFor: boolean
  readonly maxconn: number | null
  readonly timeouts: Timeouts
}

export interface HttpCheck {
  readonly method: string
  readonly uri: string
  readonly version: 'HTTP/1.0' | 'HTTP/1.1'
  /** Accepted status codes, as inclusive ranges. */
  readonly expect: readonly (readonly [number, number])[]
}

export interface ServerSettings {
  readonly check: boolean
  readonly interMs: number
  /** While a server is between up and down; null means as `interMs`. */
  readonly fastInterMs: number | null
  /** While a server is down; null means as `interMs`. */
  readonly downInterMs: number | null
  /** Good checks in a row that bring a server up, and bad ones that take it down. */
  readonly rise: number
  readonly fall: number
  readonly weight: number
  readonly backup: boolean
  readonly disabled: boolean
  /** The address that connections to the server come from. */
  readonly source: string | null
  readonly maxconn: number | null
}

export interface Server extends Endpoint, ServerSettings {
  readonly name: string
  readonly line: number
}

export interface Backend {
  readonly name: string
  readonly line: number
  readonly balance: BalanceAlgorithm
  readonly httpCheck: HttpCheck | null
  readonly forwardFor: boolean
  /** Every how many retries another server is chosen; -1: on the last one only; null: never. */
  readonly redispatch: number | null
  readonly retries: number
  readonly retryOn: readonly RetryReason[]
  readonly responseHeaders: readonly { readonly name: string; readonly value: string }[]
  readonly timeouts: Timeouts
  readonly servers: readonly Server[]
}

export interface HaproxyCfg {
  readonly global: GlobalSettings
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
}

/** A mistake in the file and the line that it is on. */
export interface CfgProblem {
  readonly line: number
  readonly sentence: string
}
