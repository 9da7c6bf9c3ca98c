import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  LabError,
  toFailure,
  type RequestResult,
  type StepLostReason,
  type StepState,
  type StepStop,
} from '../../contract/index.ts'
import type { Held } from '../../protocols/nic/messages.ts'
import { readFileTarget } from '../../protocols/http-static/target.ts'
import { startTrace, type TraceContext } from '../browser/trace-context.ts'
import type { OpenOptions } from '../browser/lab-browser.ts'
import type { EventLog } from '../event-log.ts'
import type { HoldReport, Network } from './network.ts'
import { callerOf, isLastStop, stopWords, targetOf } from './step-words.ts'

export interface StepperParts {
  readonly network: Network
  readonly events: EventLog
  /** Opens a page as the browser does. Rejects for an address that is none. */
  readonly open: (url: string | undefined, options: OpenOptions) => Promise<RequestResult>
  /** What a browser would make of what was typed. Throws `URL_INVALID`. */
  readonly readUrl: (url: string | undefined) => URL
  /** The `public` folder of the release that a host serves, or null. */
  readonly publicFolder: (host: string) => string | null
  /** How a load balancer chooses, in HAProxy's word. */
  readonly algorithmOf: (balancer: string) => string
}

/** A held message and its stop. */
interface Waiting {
  readonly holdId: number
  readonly no: number
}

/**
 * Steps one request at a time through the lab: it is really held at every network card that it meets, both ways, while
 * everything else flows on. Its state lives in the event log.
 */
export class Stepper {
  private readonly parts: StepperParts
  private current: SteppedRequest | null = null

  constructor(parts: StepperParts) {
    this.parts = parts
  }

  /** Throws `STEP_BUSY`, `NETWORK_OFF`, `URL_INVALID`. */
  async start(url: string | undefined): Promise<StepState> {
    if (this.current?.isActive) throw new LabError('STEP_BUSY')
    const target = this.parts.readUrl(url)
    const request = new SteppedRequest(this.parts, target)
    this.current = request
    try {
      await request.begin()
    } catch (error) {
      this.current = null
      throw error
    }
    return request.state
  }

  /** Throws `STEP_NONE`, `STEP_MOVING`. */
  async next(): Promise<StepState> {
    const request = this.active
    if (request.state.phase === 'moving') throw new LabError('STEP_MOVING')
    await request.releaseNext()
    return request.state
  }

  play(paceMs: number): StepState {
    return this.active.play(paceMs)
  }

  pause(): StepState {
    return this.active.play(null)
  }

  async toEnd(): Promise<StepState> {
    const request = this.active
    await request.letGo()
    return request.state
  }

  async cancel(): Promise<StepState> {
    const request = this.active
    await request.cancel()
    return request.state
  }

  /** The lab stops. */
  async dispose(): Promise<void> {
    if (this.current?.isActive) await this.current.cancel()
  }

  private get active(): SteppedRequest {
    if (!this.current?.isActive) throw new LabError('STEP_NONE')
    return this.current
  }
}

class SteppedRequest {
  state: StepState
  private readonly parts: StepperParts
  private readonly trace: TraceContext = startTrace()
  private readonly abort = new AbortController()
  private readonly waiting: Waiting[] = []
  private endWatching: () => void = () => undefined
  private timer: NodeJS.Timeout | null = null
  /** Stops are told one after the other, in the order in which they were made. */
  private telling: Promise<void> = Promise.resolve()
  private cancelled = false
  /** Nothing of it is held any more. */
  private free = false
  /** Numbers of the stops by number of the hold. */
  private readonly holds = new Map<number, number>()

  constructor(parts: StepperParts, url: URL) {
    this.parts = parts
    this.state = {
      traceId: this.trace.traceId,
      trace: null,
      url: url.href,
      phase: 'moving',
      startedAtMs: Date.now(),
      stops: [],
      paceMs: null,
      status: null,
      failure: null,
    }
  }

  get isActive(): boolean {
    return this.state.phase === 'moving' || this.state.phase === 'waiting'
  }

  async begin(): Promise<void> {
    const { network } = this.parts
    const { traceId } = this.trace
    await network.ask({ type: 'hold', traceId })
    this.endWatching = network.onHolds((report) => this.onHold(report))
    this.change({})
    void this.run()
  }

  private async run(): Promise<void> {
    const { network, open } = this.parts
    const { traceId } = this.trace
    try {
      const result = await open(this.state.url, {
        trace: this.trace,
        patient: true,
        signal: this.abort.signal,
        beforeDns: async (name, address, port) => {
          if (this.free) return
          await network.ask({ type: 'holdDns', traceId, name, address, port })
        },
      })
      this.finish(result.failure === null ? 'done' : 'failed', { status: result.status, failure: result.failure })
    } catch (error) {
      this.finish('failed', { failure: toFailure(error) })
    }
  }

  private finish(phase: 'done' | 'failed', patch: Partial<StepState>): void {
    this.stopTimer()
    void this.telling.then(async () => {
      this.endWatching()
      const cardsLive = await this.releaseAll()
      const ended = stopEnd(phase, cardsLive)
      const trace = this.parts.network.findTrace(this.trace.traceId)
      this.change({
        ...patch,
        phase: this.cancelled ? 'cancelled' : phase,
        trace: trace?.id ?? this.state.trace,
        paceMs: null,
        stops: this.state.stops.map((stop) =>
          stop.ended === null ? { ...stop, ended: { atMs: Date.now(), ...ended } } : stop,
        ),
      })
    })
  }

  /** Lets the packet that has waited longest go on; with the page's answer nothing is held any more (its files flow freely). */
  async releaseNext(): Promise<void> {
    this.stopTimer()
    const first = this.waiting.shift()
    if (first === undefined) return
    const stop = this.state.stops.find(({ no }) => no === first.no)
    this.endStop(first.no, 'released', null)
    this.change({ phase: this.waiting.length > 0 ? 'waiting' : 'moving' })
    if (stop !== undefined && isLastStop(stop)) await this.releaseAll()
    else await this.parts.network.ask({ type: 'release', holdId: first.holdId }).catch(ignoreLost)
    this.schedule()
  }

  /** `null`: a person steps. */
  play(paceMs: number | null): StepState {
    this.change({ paceMs })
    this.stopTimer()
    this.schedule()
    return this.state
  }

  async letGo(): Promise<void> {
    this.stopTimer()
    this.waiting.length = 0
    this.change({ phase: 'moving', paceMs: null })
    await this.releaseAll()
  }

  async cancel(): Promise<void> {
    this.cancelled = true
    this.stopTimer()
    this.abort.abort()
    this.waiting.length = 0
    await this.releaseAll()
    this.change({ phase: 'cancelled', paceMs: null })
  }

  /** Holds nothing any more. False: the network cards are gone, and with them what they held. */
  private async releaseAll(): Promise<boolean> {
    this.free = true
    const { network } = this.parts
    return network.ask({ type: 'releaseAll', traceId: this.trace.traceId }).then(
      () => true,
      (error: unknown) => {
        ignoreLost(error)
        return false
      },
    )
  }

  private schedule(): void {
    const { paceMs, phase } = this.state
    if (paceMs === null || phase !== 'waiting' || this.timer !== null) return
    this.timer = setTimeout(() => {
      this.timer = null
      void this.releaseNext()
    }, paceMs)
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }

  private onHold(report: HoldReport): void {
    if (report.type === 'held') {
      if (report.held.traceId !== this.trace.traceId) return
      this.telling = this.telling.then(() => this.addStop(report.held))
      return
    }
    this.telling = this.telling.then(() => {
      if (report.type === 'released') this.holds.delete(report.holdId)
      else this.lose(report.holdId, report.reason)
    })
  }

  private async addStop(held: Held): Promise<void> {
    const { network, events } = this.parts
    await network.catchUp()
    const no = this.state.stops.length + 1
    const { state } = events
    const { caller, link } = callerOf(held, state)
    const [from, to] = held.direction === 'in' ? [caller, held.service] : [held.service, caller]
    const trace = network.findTrace(this.trace.traceId)
    const isFile = held.message === 'request' && (await this.isFile(held))
    const stop: StepStop = {
      no,
      host: held.host,
      service: held.service,
      link: link?.id ?? null,
      direction: held.direction,
      message: held.message,
      title: held.title,
      from,
      to,
      packet: held.no,
      sinceMs: Date.now(),
      ended: null,
      ...stopWords({ held, from, to, trace, state, isFile, algorithmOf: this.parts.algorithmOf }),
    }
    this.holds.set(held.holdId, no)
    const stops = [...this.state.stops, stop]
    if (!this.isActive) return
    this.waiting.push({ holdId: held.holdId, no })
    this.change({ stops, trace: trace?.id ?? this.state.trace, phase: 'waiting' })
    this.schedule()
  }

  private lose(holdId: number, reason: StepLostReason): void {
    const no = this.holds.get(holdId)
    const at = this.waiting.findIndex((one) => one.holdId === holdId)
    if (at >= 0) this.waiting.splice(at, 1)
    if (no === undefined) return
    this.endStop(no, 'lost', reason)
    // Nothing tells a client that a datagram was lost: it would wait for as long as a person may think.
    const { message } = this.state.stops.find((stop) => stop.no === no) ?? {}
    if (message === 'query' || message === 'answer') this.abort.abort()
    if (this.isActive) this.change({ phase: this.waiting.length > 0 ? 'waiting' : 'moving' })
  }

  private endStop(no: number, how: 'released' | 'lost', reason: StepLostReason | null): void {
    this.change({
      stops: this.state.stops.map((stop) =>
        stop.no === no && stop.ended === null ? { ...stop, ended: { atMs: Date.now(), how, reason } } : stop,
      ),
    })
  }

  private async isFile({ service, title }: Held): Promise<boolean> {
    const host = this.parts.events.state.services.find(({ id, role }) => id === service && role === 'web-server')?.host
    const folder = host === undefined ? null : this.parts.publicFolder(host)
    const target = readFileTarget(targetOf(title))
    if (folder === null || target.kind !== 'path') return false
    return (await stat(join(folder, ...target.segments)).catch(() => null))?.isFile() ?? false
  }

  private change(patch: Partial<StepState>): void {
    this.state = { ...this.state, ...patch }
    this.parts.events.emit({ type: 'stepChanged', step: this.state })
  }
}

/** How a stop ended that nobody let go: the request was over before. */
function stopEnd(phase: 'done' | 'failed', cardsLive: boolean): Omit<NonNullable<StepStop['ended']>, 'atMs'> {
  if (phase === 'done') return { how: 'released', reason: null }
  return { how: 'lost', reason: cardsLive ? 'server-gone' : 'nic-ends' }
}

/** What was held may be gone in the moment in which it is released; the report about it says so. */
function ignoreLost(error: unknown): void {
  if (!(error instanceof LabError)) throw error
}
