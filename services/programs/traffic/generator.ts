import { createBalancer } from '../../protocols/balancing/balancing.ts'
import { outcomeCode, type Outcome } from '../../protocols/traffic/outcomes.ts'
import type { Schedule } from '../../protocols/traffic/schedule.ts'
import type { Address } from '../kit/address.ts'
import type { Ending } from './connection.ts'
import { Connections } from './connections.ts'
import type { Answer, Flight } from './flight.ts'
import { Outcomes } from './outcomes.ts'
import { Resolver } from './resolver.ts'
import type { Target } from './target.ts'

export interface GeneratorOptions {
  readonly schedule: Schedule
  readonly targets: readonly Target[]
  readonly connections: 'keep-alive' | 'new'
  /** An answer that has not come so long after its request was sent is given up. */
  readonly timeoutMs: number
  readonly dns: Address | null
  /** The address that connections come from. */
  readonly source: string | null
}

/** So many requests are sent in one turn of the event loop at most; between turns answers are read. */
const BURST = 64
/** How often requests that are overdue are looked for; a time-out is exact to this. */
const SWEEP_MS = 20
/** After the order to stop, so many requests that are overdue are still sent: what a moment's hiccup leaves at 2,000/s. */
const GRACE_REQUESTS = 512

/**
 * Sends each request when it is due, whatever became of those before. One that could not be sent in time is sent late,
 * never left out: its lag is recorded, and its latency counts from when it was due.
 */
export class Generator {
  readonly outcomes = new Outcomes()
  private readonly options: GeneratorOptions
  private readonly mix = createBalancer<Target>('roundrobin')
  private readonly resolver: Resolver
  private readonly connections: Connections
  /** In the order in which they were sent; the first ones may be done already. */
  private readonly flights = new Set<Flight>()
  private startedAt = 0
  private endMs: number
  private next = 0
  private timer: NodeJS.Timeout | NodeJS.Immediate | null = null
  private sweeper: NodeJS.Timeout | null = null
  /** Requests from this one on are not sent any more. */
  private sendLimit = Infinity
  private finish: ((lengthMs: number) => void) | null = null

  constructor(options: GeneratorOptions) {
    this.options = options
    this.endMs = options.schedule.lengthMs
    this.resolver = new Resolver(options.dns, options.source)
    this.connections = new Connections(options.source, options.connections === 'keep-alive')
  }

  /** Sends until the end of the schedule, or until `stop`. Resolves, when all outcomes are known, with how long requests were due. */
  run(): Promise<number> {
    this.startedAt = performance.now()
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS)
    return new Promise((resolve) => {
      this.finish = resolve
      this.turn()
    })
  }

  /**
   * Nothing more is due from now on. What is overdue is still sent, up to `GRACE_REQUESTS`; a machine that is further
   * behind counts the rest as `unsent`. What is in flight gets its outcome, so the end comes within the time-out.
   */
  stop(): void {
    this.endMs = Math.min(this.endMs, this.nowMs)
    this.sendLimit = Math.min(this.sendLimit, this.next + GRACE_REQUESTS)
    this.endIfDone()
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return performance.now() - this.startedAt
  }

  /** Up to when it is known what was due: now, but not beyond the end. */
  get coveredMs(): number {
    return Math.min(this.nowMs, this.endMs)
  }

  get due(): number {
    return Math.max(this.next, this.options.schedule.countBefore(this.coveredMs))
  }

  get sent(): number {
    return this.next
  }

  private turn = (): void => {
    this.timer = null
    const { schedule } = this.options
    let dueMs = schedule.dueMs(this.next)
    for (let count = 0; count < BURST && dueMs < this.endMs && dueMs <= this.nowMs; count += 1) {
      if (this.next >= this.sendLimit) return this.giveUpBacklog()
      this.send(this.next, dueMs)
      this.next += 1
      dueMs = schedule.dueMs(this.next)
    }
    if (dueMs >= this.endMs) return this.endIfDone()
    const waitMs = dueMs - this.nowMs
    // Node's timers count whole milliseconds: what is due sooner is waited for with the event loop running.
    if (waitMs <= 0) this.timer = setImmediate(this.turn)
    else this.timer = setTimeout(this.turn, waitMs)
  }

  private send(index: number, dueMs: number): void {
    const target = this.mix.choose(this.options.targets, '')
    const flight = newFlight(index, target, dueMs, this.nowMs)
    this.flights.add(flight)
    const address = target.isAddress ? target.host : this.resolver.cached(target.host)
    if (address !== null) return this.dispatch(flight, address, false)
    flight.resolving = true
    flight.cancel = this.resolver.resolve(target.host, (found) => {
      flight.resolving = false
      if (found === null) this.conclude(flight, 'dns', null)
      else this.dispatch(flight, found, false)
    })
  }

  private dispatch(flight: Flight, address: string, isFresh: boolean): void {
    const connection = this.connections.take({ host: address, port: flight.target.port }, isFresh)
    flight.cancel = () => connection.abandon()
    connection.send(flight.target.request, (ending) => this.take(flight, address, ending))
  }

  private take(flight: Flight, address: string, ending: Ending): void {
    switch (ending.kind) {
      case 'answered':
        return this.conclude(flight, ending.answer.status < 400 ? 'ok' : 'status', ending.answer)
      case 'failed':
        return this.conclude(flight, ending.failure, null)
      case 'closedEarly':
        // Once: a fresh connection never ends this way.
        flight.retried = true
        return this.dispatch(flight, address, true)
    }
  }

  private conclude(flight: Flight, outcome: Outcome, answer: Answer | null): void {
    if (flight.done) return
    flight.done = true
    this.flights.delete(flight)
    this.outcomes.add(flight, this.nowMs, outcomeCode(outcome), answer)
    this.endIfDone()
  }

  private sweep(): void {
    const { nowMs } = this
    for (const flight of this.flights) {
      if (nowMs - flight.sentMs < this.options.timeoutMs) break
      flight.cancel()
      this.conclude(flight, flight.resolving ? 'dns' : 'timedOut', null)
    }
  }

  private giveUpBacklog(): void {
    const { schedule, targets } = this.options
    for (let dueMs = schedule.dueMs(this.next); dueMs < this.endMs; dueMs = schedule.dueMs(this.next)) {
      const late = newFlight(this.next, this.mix.choose(targets, ''), dueMs, this.nowMs)
      this.next += 1
      this.conclude(late, 'unsent', null)
    }
  }

  private endIfDone(): void {
    if (this.finish === null || this.flights.size > 0 || this.options.schedule.dueMs(this.next) < this.endMs) return
    const { finish } = this
    this.finish = null
    if (this.timer !== null) this.cancelTimer(this.timer)
    if (this.sweeper !== null) clearInterval(this.sweeper)
    this.connections.close()
    this.resolver.close()
    finish(this.endMs)
  }

  private cancelTimer(timer: NodeJS.Timeout | NodeJS.Immediate): void {
    if ('refresh' in timer) clearTimeout(timer)
    else clearImmediate(timer)
  }
}

function newFlight(index: number, target: Target, dueMs: number, sentMs: number): Flight {
  const fresh = { resolving: false, retried: false, done: false, cancel: () => undefined }
  return { index, target, dueMs, sentMs, ...fresh }
}
