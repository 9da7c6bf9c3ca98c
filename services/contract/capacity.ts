import type { BalanceAlgorithm, Engine } from './names.ts'
import type { Failure } from './errors.ts'

/**
 * Capacity: the modelled workers of application servers, ramps of traffic with their knee, and what a balancer chose.
 * The model: each dynamic request takes `costMs` of one of `workers` worker slots. It is time of a slot, not of a
 * processor, so that a lab has the same capacity on every machine that can carry it at all. Wherever figures of it are
 * shown, they are called modelled.
 */

export const CAPACITY_LIMITS = { maxWorkers: 64, maxCostMs: 10_000, maxQueue: 10_000 } as const
export const RAMP_LIMITS = { maxSteps: 60, minHold: 1, maxHold: 30, maxSeconds: 600 } as const
/** What a new setting begins with. */
export const CAPACITY_DEFAULTS = { workers: 4, costMs: 20, queueLimit: 16 } as const
/** Kept ramps, for curves before and after. */
export const KEPT_RAMPS = 8

export interface CapacitySetting {
  readonly workers: number
  /** Milliseconds of one worker that a dynamic request costs. */
  readonly costMs: number
  /** So many requests may wait for a worker; the next one is answered with 503. */
  readonly queueLimit: number
}

/** An application server's workers. Figures are of the last second, except where it says so. */
export interface AppCapacity {
  readonly service: string
  /** Null: not modelled, it answers as fast as the machine can. */
  readonly setting: CapacitySetting | null
  /** Busy workers, the mean over the last second. */
  readonly busy: number
  /** Waiting requests, the mean over the last second. */
  readonly queue: number
  readonly servedPerSecond: number
  readonly rejectedPerSecond: number
  /** Since its process started. */
  readonly served: number
  readonly rejected: number
}

export interface RampLatency {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What one application server did during a step. */
export interface RampServer {
  readonly service: string
  /** Requests per second. */
  readonly served: number
  /** 503 per second, by attempts: a balancer tries another server. */
  readonly rejected: number
  /** Means over the step. */
  readonly busy: number
  readonly queue: number
}

/** One rate that was held for a while. Rates are requests per second, times milliseconds. */
export interface RampStep {
  readonly offered: number
  /** Successful answers that ended in it, per second: a queue that fills is no throughput. */
  readonly achieved: number
  /** Failures per second, by status (`503`) or kind (`timedOut`). */
  readonly errors: Readonly<Record<string, number>>
  /** Requests in workers and queues, the mean as the application servers measured it; null where nothing is modelled. */
  readonly concurrency: number | null
  readonly queue: number | null
  /** What Little's law gives for it: throughput times mean latency (L = λ·W), from the visitors' side. */
  readonly little: number | null
  /** Of successes; null without any. */
  readonly latency: RampLatency | null
  readonly servers: readonly RampServer[]
  /** The machine could not send on schedule: this step says little about the servers. */
  readonly behind: boolean
}

/**
 * `kneedle`: the point of greatest distance between the curve of throughput and its chord (Satopää, Albrecht, Irwin,
 * Raghavan: Finding a "Kneedle" in a Haystack, ICDCSW 2011), both normalized.
 */
export interface Knee {
  readonly method: 'kneedle'
  /** The offered rate of the step at the knee. */
  readonly offered: number
  /** Requests per second that come through there. */
  readonly rate: number
  /** Number of the step. */
  readonly step: number
}

/** What the model predicts for the ramp. */
export interface CapacityPrediction {
  /** Requests per second: the rate at which the first application server is full. */
  readonly rate: number
  readonly servers: readonly { readonly service: string; readonly rate: number; readonly share: number }[]
}

export const RAMP_STATES = ['running', 'finished', 'stopped', 'failed'] as const
export type RampStateName = (typeof RAMP_STATES)[number]

export interface RampState {
  readonly id: number
  readonly label: string
  readonly state: RampStateName
  readonly from: number
  readonly to: number
  readonly step: number
  readonly holdSeconds: number
  readonly url: string
  /** The application servers that took part, and how they were set. */
  readonly setting: readonly { readonly service: string; readonly setting: CapacitySetting | null }[]
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly steps: readonly RampStep[]
  readonly stepsInAll: number
  /** Null: there is none, the site carried all that was offered. */
  readonly knee: Knee | null
  /** Null where nothing is modelled. */
  readonly prediction: CapacityPrediction | null
  readonly failure: Failure | null
}

/** Part of the state of the lab. */
export interface CapacityState {
  readonly capacity: readonly AppCapacity[]
  /** The last ones, oldest first; at most one of them runs. */
  readonly ramps: readonly RampState[]
}

export const NO_CAPACITY: CapacityState = { capacity: [], ramps: [] }

/** Part of the events of the lab. */
export interface CapacityEvents {
  /** Somebody set the workers of an application server. */
  capacityChanged: { readonly service: string; readonly setting: CapacitySetting | null }
  /** Figures that change all the time; not shown in the event log. */
  capacitySampled: { readonly capacity: readonly AppCapacity[] }
  /** A ramp began, a step of it ended, or it ended. */
  rampProgressed: { readonly ramp: RampState }
  rampForgotten: { readonly ramp: number }
}

/** One choice of a balancer. */
export interface BalancerChoice {
  /** Rising. */
  readonly no: number
  readonly atMs: number
  readonly balancer: string
  readonly client: string
  readonly request: string
  readonly server: string
  readonly algorithm: string
  /** The state of the algorithm for each server that could have been chosen, before the choice. */
  readonly candidates: readonly { readonly server: string; readonly weight: number; readonly value: number }[]
  /** What `value` is: saved turns, sessions, the part of the hash line, drawn places. */
  readonly reason: BalancerReason
  /** A number that the reason needs: the place on the hash line. */
  readonly detail: string
  /** It was tried again there after another server failed. */
  readonly retry: boolean
}
export const BALANCER_REASONS = ['credit', 'sessions', 'hash', 'draw', 'first', 'only'] as const
export type BalancerReason = (typeof BALANCER_REASONS)[number]

/** How requests were shared since the balancer started, and what the algorithm promises. Shares are 0 to 1. */
export interface ServerShare {
  readonly server: string
  readonly requests: number
  readonly measured: number
  /** Null: the algorithm promises none (leastconn, source). */
  readonly promised: number | null
  /** Twice the standard error of a share of so many draws; 0 for an algorithm that draws nothing. */
  readonly error: number
}

export interface BalancerView {
  readonly balancer: string
  readonly engine: Engine
  readonly algorithm: BalanceAlgorithm
  /** Rows of `show stat`, by HAProxy's own column names. */
  readonly rows: readonly Readonly<Record<string, string>>[]
  readonly shares: readonly ServerShare[]
  /** Newest last. */
  readonly choices: readonly BalancerChoice[]
  /** Whether it tells why it chose; HAProxy does not. */
  readonly tellsReasons: boolean
  readonly failure: Failure | null
}

export interface CapacityOutputs {
  /** Answers when the application server works by it, or at once when its process does not run. */
  setCapacity: CapacitySetting | null
  /** Answers when the ramp is over. */
  runRamp: RampState
  stopRamp: null
  forgetRamp: null
  readBalancing: readonly BalancerView[]
}

type CapacityEvent = {
  [Type in keyof CapacityEvents]: { readonly type: Type } & CapacityEvents[Type]
}[keyof CapacityEvents]

/** The part of `foldEvent` that is about capacity. */
export function foldCapacity(state: CapacityState, event: CapacityEvent): Partial<CapacityState> {
  switch (event.type) {
    case 'capacityChanged':
      return {
        capacity: state.capacity.some(({ service }) => service === event.service)
          ? state.capacity.map((one) => (one.service === event.service ? { ...one, setting: event.setting } : one))
          : [...state.capacity, idleCapacity(event.service, event.setting)],
      }
    case 'capacitySampled':
      return { capacity: event.capacity }
    case 'rampProgressed': {
      const known = state.ramps.some(({ id }) => id === event.ramp.id)
      const ramps = known
        ? state.ramps.map((ramp) => (ramp.id === event.ramp.id ? event.ramp : ramp))
        : [...state.ramps, event.ramp]
      return { ramps: ramps.slice(-KEPT_RAMPS) }
    }
    case 'rampForgotten':
      return { ramps: state.ramps.filter(({ id }) => id !== event.ramp) }
  }
}

/** An application server that has nothing to do. */
export function idleCapacity(service: string, setting: CapacitySetting | null): AppCapacity {
  return { service, setting, busy: 0, queue: 0, servedPerSecond: 0, rejectedPerSecond: 0, served: 0, rejected: 0 }
}
