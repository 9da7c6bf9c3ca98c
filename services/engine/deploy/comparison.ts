import { setTimeout as pause } from 'node:timers/promises'
import {
  toFailure,
  type ComparedStrategy,
  type ComparisonState,
  type DeploymentState,
  type NewLabEvent,
  type Strategy,
} from '../../contract/index.ts'
import type { MeasuredTraffic } from './traffic-around.ts'

export interface ComparisonOrder {
  readonly id: number
  readonly rate: number
  /** The release that every run begins with, and the one that it brings. */
  readonly from: string
  readonly release: string
  readonly strategies: readonly { readonly strategy: Strategy; readonly spareCapacity: number }[]
}

export interface ComparisonTools {
  readonly emit: (event: NewLabEvent) => void
  /** Brings all servers to a release, without traffic, whatever they have. */
  reset(release: string): Promise<void>
  deploy(
    release: string,
    strategy: Strategy,
    rate: number,
  ): Promise<{ readonly deployment: DeploymentState; readonly measured: MeasuredTraffic }>
}

/** Between two runs: what the last one started shall be warm and idle again. */
const REST_MS = 500

/** The chosen strategies, one after the other under the same traffic. */
export class Comparison {
  private readonly order: ComparisonOrder
  private readonly tools: ComparisonTools
  private current: ComparisonState

  constructor(order: ComparisonOrder, tools: ComparisonTools) {
    this.order = order
    this.tools = tools
    const { id, rate, from, release } = order
    this.current = {
      ...{ id, rate, from, release, startedAtMs: Date.now(), endedAtMs: null, stopped: false },
      resolutionMs: 1000 / rate,
      rows: order.strategies.map((entry) => ({ ...WAITING, ...entry })),
    }
  }

  get state(): ComparisonState {
    return this.current
  }

  /** Ends it after the run that is under way. */
  stop(): void {
    this.publish({ stopped: true })
  }

  /** Never rejects: a strategy that fails is a row that says so. */
  async run(): Promise<ComparisonState> {
    this.publish({})
    for (const [at, { strategy }] of this.order.strategies.entries()) {
      if (this.current.stopped) break
      await this.runOne(at, strategy)
    }
    await this.tools.reset(this.order.from).catch(() => undefined)
    this.publish({ endedAtMs: Date.now() })
    return this.current
  }

  private async runOne(at: number, strategy: Strategy): Promise<void> {
    const { from, release, rate } = this.order
    this.change(at, { state: 'running' })
    try {
      await this.tools.reset(from)
      await pause(REST_MS)
      const { deployment, measured } = await this.tools.deploy(release, strategy, rate)
      this.change(at, rowOf(deployment, measured))
    } catch (error) {
      this.change(at, { state: 'failed', failure: toFailure(error) })
    }
  }

  private change(at: number, change: Partial<ComparedStrategy>): void {
    this.publish({ rows: this.current.rows.map((row, index) => (index === at ? { ...row, ...change } : row)) })
  }

  private publish(change: Partial<ComparisonState>): void {
    this.current = { ...this.current, ...change }
    this.tools.emit({ type: 'comparisonProgressed', comparison: this.current })
  }
}

const WAITING: Omit<ComparedStrategy, 'strategy' | 'spareCapacity'> = {
  state: 'waiting',
  downtimeMs: null,
  failed: null,
  slow: null,
  longestGapMs: null,
  totalMs: null,
  failure: null,
  deployment: null,
  cells: null,
  trafficStartedAtMs: null,
}

function rowOf(
  deployment: DeploymentState,
  { result, cells, startedAtMs }: MeasuredTraffic,
): Partial<ComparedStrategy> {
  return {
    state: deployment.ok === true ? 'done' : 'failed',
    downtimeMs: result.downtimeMs,
    failed: Object.values(result.failed).reduce((sum, count) => sum + count, 0),
    slow: result.slow,
    longestGapMs: result.longestGapMs,
    totalMs: (deployment.endedAtMs ?? deployment.startedAtMs) - deployment.startedAtMs,
    failure: deployment.failure,
    deployment,
    cells,
    trafficStartedAtMs: startedAtMs,
  }
}
