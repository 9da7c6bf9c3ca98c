import type { Failure } from './errors.ts'

/**
 * What window and engine say to each other about traffic: the load generator's runs and what they measured. Times named
 * `...AtMs` are milliseconds since the epoch; all others are lengths in milliseconds.
 */

/** How the generator uses connections: as browsers do, or a new one for every request. */
export const TRAFFIC_CONNECTIONS = ['keep-alive', 'new'] as const
export type TrafficConnections = (typeof TRAFFIC_CONNECTIONS)[number]

/**
 * Why a request that was due did not succeed. `status`: the answer's status was 4xx or 5xx; `reset`: the connection broke
 * before the answer was complete, or the answer was no HTTP; `unsent`: the generator itself could not send it (out of
 * sockets or ports, or stopped while it was behind), which says nothing about the servers.
 */
export const TRAFFIC_FAILURES = ['status', 'refused', 'reset', 'timedOut', 'dns', 'unsent'] as const
export type TrafficFailure = (typeof TRAFFIC_FAILURES)[number]

/** Bounds of what the generator takes. */
export const TRAFFIC_LIMITS = {
  minRate: 1,
  maxRate: 2000,
  maxSeconds: 3600,
  maxUrls: 32,
  maxSlowMs: 60_000,
  minTimeoutMs: 100,
  maxTimeoutMs: 60_000,
} as const

/** What counts as slow, and when a request is given up, unless the person says otherwise. */
export const TRAFFIC_DEFAULTS = { slowMs: 500, timeoutMs: 5000 } as const

/** The length of one cell of the availability strip. */
export const TRAFFIC_CELL_MS = 10

/** What they answer; part of `CommandOutputs`. */
export interface TrafficOutputs {
  /** Answers when the generator sends; one run at a time. */
  startTraffic: TrafficRun
  /** Answers when the last request has its outcome. */
  stopTraffic: TrafficRun
  readTrafficRun: TrafficRunData
  forgetTrafficRun: null
}

export interface TrafficSettings {
  readonly rate: number
  readonly rampTo: number | null
  readonly seconds: number | null
  /** Rates that are held one after the other; absent for an even rate. */
  readonly steps?: readonly { readonly rate: number; readonly seconds: number }[] | undefined
  readonly urls: readonly { readonly url: string; readonly weight: number }[]
  readonly connections: TrafficConnections
  readonly slowMs: number
  readonly timeoutMs: number
}

export interface TrafficLatency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** The figures of a run, or of a part of it. Requests belong to the moment at which they were due. */
export interface TrafficResult {
  /** As it was ordered (at the start, when it is ramped). */
  readonly rate: number
  /** How long requests were due. */
  readonly seconds: number
  readonly due: number
  readonly sent: number
  readonly succeeded: number
  /** How many failed, by kind; only kinds that happened. */
  readonly failed: Readonly<Partial<Record<TrafficFailure, number>>>
  /** The statuses of answers that were none of success: `{"502": 12}`. */
  readonly statuses: Readonly<Record<string, number>>
  /** Due, and without outcome yet; 0 when the run is finished. */
  readonly pending: number
  /** Sum of the intervals in which no request that was due succeeded (services/protocols/traffic/downtime.ts). */
  readonly downtimeMs: number
  /** The longest of these intervals. */
  readonly longestGapMs: number
  /** `downtimeMs` of one interval is true to plus or minus this: the time between two requests. */
  readonly resolutionMs: number
  /** Succeeded, but not within the order's `slowMs`. */
  readonly slow: number
  /** From the moment at which a request was due to the end of its answer, successes only; null without any. */
  readonly latencyMs: TrafficLatency | null
  /** Successes by the release that answered; `-` for answers that name none. */
  readonly releases: Readonly<Record<string, number>>
  /** Successes by the chain of services that they came through: `lb-1 web-1 app-1 db-1`. */
  readonly servers: Readonly<Record<string, number>>
  /** Sent again on a new connection because a kept one was closed before its answer began (RFC 9110 section 9.2.2). */
  readonly retried: number
  /** How late requests were sent: the machine's fault, not the servers'. It is part of their latency. */
  readonly lagMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** The machine could not hold the rate: requests were sent too late or not at all, so figures say less about the servers. */
  readonly behind: boolean
}

export interface TrafficRun {
  readonly id: number
  readonly label: string
  readonly settings: TrafficSettings
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  /** Null while it runs and when it ended well. */
  readonly failure: Failure | null
  readonly result: TrafficResult
}

/** One second of a run, by the moments at which requests were due. */
export interface TrafficSecond {
  /** 0 is the first second of the run. */
  readonly second: number
  readonly due: number
  readonly sent: number
  /** Successes by release. */
  readonly releases: Readonly<Record<string, number>>
  readonly failed: Readonly<Partial<Record<TrafficFailure, number>>>
  readonly slow: number
  /** Null when none succeeded. */
  readonly latencyMs: TrafficLatency | null
  readonly lagMaxMs: number
}

/** Cells of `TRAFFIC_CELL_MS`, columns of equal length: cell `at[i]` holds `ok[i]`, `slow[i]` and `failed[i]` requests that were due in it. */
export interface TrafficCells {
  readonly at: readonly number[]
  /** Succeeded in time. */
  readonly ok: readonly number[]
  readonly slow: readonly number[]
  readonly failed: readonly number[]
}

/** Something that happened while a run went on. */
export interface TrafficMarker {
  readonly atMs: number
  /**
   * `service`: a service's state, `what` is the state; `backend`: a balancer's view of a server, `what` is the state;
   * `release`: a host switched, `what` is the release; `step`: a step of a deployment, `what` is its name; `deployment`:
   * `what` is `begun` or `ended`.
   */
  readonly kind: 'service' | 'backend' | 'release' | 'step' | 'deployment'
  /** The service, server, host or release that it is about. */
  readonly subject: string
  readonly what: string
  /** How a step or a deployment ended; null for all else. */
  readonly ok: boolean | null
}

/** Everything kept of one run, for charts that are opened later. */
export interface TrafficRunData {
  readonly run: TrafficRun
  /** All cells in which something was due and has its outcome, in order. */
  readonly cells: TrafficCells
  readonly seconds: readonly TrafficSecond[]
  readonly markers: readonly TrafficMarker[]
}

/** The events of the traffic; part of `EventMap`. */
export interface TrafficEvents {
  trafficStarted: { readonly run: TrafficRun }
  /**
   * What changed since the last one, about four times a second; not shown in the event log. Cells and seconds replace
   * those with the same number. An outcome that comes late changes the cell in which its request was due.
   */
  trafficSampled: {
    readonly run: number
    readonly result: TrafficResult
    readonly cells: TrafficCells
    readonly seconds: readonly TrafficSecond[]
    readonly markers: readonly TrafficMarker[]
  }
  trafficFinished: { readonly run: TrafficRun }
  trafficForgotten: { readonly run: number }
}

/** A result of which nothing is known yet. */
export function emptyTrafficResult(rate: number): TrafficResult {
  return {
    rate,
    seconds: 0,
    due: 0,
    sent: 0,
    succeeded: 0,
    failed: {},
    statuses: {},
    pending: 0,
    downtimeMs: 0,
    longestGapMs: 0,
    resolutionMs: 1000 / rate,
    slow: 0,
    latencyMs: null,
    releases: {},
    servers: {},
    retried: 0,
    lagMs: { p50: 0, p99: 0, max: 0 },
    behind: false,
  }
}

type TrafficEvent = {
  [Type in keyof TrafficEvents]: { readonly type: Type } & TrafficEvents[Type]
}[keyof TrafficEvents]

/** The part of `foldEvent` that is about traffic: the list of runs, oldest first. */
export function foldTraffic(runs: readonly TrafficRun[], event: TrafficEvent): readonly TrafficRun[] {
  switch (event.type) {
    case 'trafficStarted':
      return [...runs, event.run]
    case 'trafficSampled':
      return runs.map((run) => (run.id === event.run ? { ...run, result: event.result } : run))
    case 'trafficFinished':
      return runs.map((run) => (run.id === event.run.id ? event.run : run))
    case 'trafficForgotten':
      return runs.filter((run) => run.id !== event.run)
  }
}
