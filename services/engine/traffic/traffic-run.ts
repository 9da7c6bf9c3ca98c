import {
  fillSentence,
  ERROR_SENTENCES,
  type Failure,
  type NewLabEvent,
  type TrafficMarker,
  type TrafficResult,
  type TrafficRun as RunState,
  type TrafficRunData,
  type TrafficSettings,
} from '../../contract/index.ts'
import type { GeneratorReport } from '../../protocols/traffic/batch.ts'
import { TrafficRecord } from '../../protocols/traffic/record.ts'
import { Schedule } from '../../protocols/traffic/schedule.ts'
import { allCells, allSeconds, cellsOf, secondsOf } from '../../protocols/traffic/views.ts'

/** How often clients are told what changed. */
const SAMPLE_MS = 250
/** A lab in which more than this happens during one run is not readable by its markers any more. */
const MOST_MARKERS = 5000

export interface RunFacts {
  readonly id: number
  readonly label: string
  readonly settings: TrafficSettings
  readonly emit: (event: NewLabEvent) => void
  /** Asks the generator to send nothing more. */
  readonly askToStop: () => void
}

/** One run of the load generator: what it measures while it goes on, and afterwards. Moments are milliseconds since the epoch. */
export class TrafficRun {
  readonly id: number
  /** Resolves when requests are due. Rejects with what is wrong when that never comes. */
  readonly started: Promise<void>
  /** Resolves when every request has its outcome, or when the generator has ended without. Never rejects. */
  readonly finished: Promise<void>
  private readonly facts: RunFacts
  private readonly record: TrafficRecord
  private readonly markers: TrafficMarker[] = []
  private newMarkers: TrafficMarker[] = []
  private startedAtMs = 0
  private endedAtMs: number | null = null
  private failure: Failure | null = null
  private sampledAtMs = 0
  private isAnnounced = false
  private tellStarted: () => void = () => undefined
  private tellNotStarted: (why: string) => void = () => undefined
  private tellFinished: () => void = () => undefined
  private readonly settling = new Set<() => void>()

  constructor(facts: RunFacts) {
    this.id = facts.id
    this.facts = facts
    this.record = new TrafficRecord(new Schedule(facts.settings), facts.settings.slowMs)
    this.started = new Promise((resolve, reject) => {
      this.tellStarted = resolve
      this.tellNotStarted = (why) => reject(new Error(why))
    })
    this.finished = new Promise((resolve) => (this.tellFinished = resolve))
  }

  /** Whether nothing will change any more. */
  get isOver(): boolean {
    return this.endedAtMs !== null
  }

  get isRunning(): boolean {
    return this.startedAtMs !== 0 && this.endedAtMs === null
  }

  /** How many requests it keeps in mind. */
  get size(): number {
    return this.record.due
  }

  /** As it stands in the lab's state. */
  get state(): RunState {
    const { id, startedAtMs, endedAtMs, failure } = this
    const { label, settings } = this.facts
    return { id, label, settings, startedAtMs, endedAtMs, failure, result: this.record.result() }
  }

  get data(): TrafficRunData {
    return {
      run: this.state,
      cells: allCells(this.record),
      seconds: allSeconds(this.record),
      markers: [...this.markers],
    }
  }

  /** Sends nothing more; resolves when the last request has its outcome. */
  async stop(): Promise<void> {
    if (this.endedAtMs === null) this.facts.askToStop()
    await this.finished
  }

  /**
   * The figures of the requests that were due from `fromMs` on and before `toMs`, as far as their outcomes are known. A
   * request that was under way when something broke was due before: begin a little earlier to have it in.
   */
  resultBetween(fromMs: number, toMs: number): TrafficResult {
    return this.record.resultBetween(fromMs - this.startedAtMs, toMs - this.startedAtMs)
  }

  /** The successes whose answers ended between these moments of the day, and their mean latency in milliseconds. */
  completedBetween(fromMs: number, toMs: number): { readonly count: number; readonly meanMs: number | null } {
    const { timeoutMs } = this.facts.settings
    return this.record.completedBetween(fromMs - this.startedAtMs, toMs - this.startedAtMs, timeoutMs)
  }

  /** Resolves when every request that was due before this moment has its outcome, or when the run is over. */
  settledUntil(atMs: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.isRunning && this.startedAtMs + this.record.settledMs < atMs) return
        this.settling.delete(look)
        resolve()
      }
      this.settling.add(look)
      look()
    })
  }

  /** Tells the lab's clients that it has started; before that they are told nothing of it. */
  announce(): void {
    this.isAnnounced = true
    this.facts.emit({ type: 'trafficStarted', run: this.state })
    if (this.isOver) this.announceEnd()
  }

  /** The lab is stopped while it goes on: that is no failure. */
  cutShort(): void {
    if (!this.isOver) this.end(this.record.nowMs, null)
  }

  addMarkers(markers: readonly TrafficMarker[]): void {
    if (!this.isRunning || this.markers.length + markers.length > MOST_MARKERS) return
    this.markers.push(...markers)
    this.newMarkers.push(...markers)
  }

  takeReport(report: GeneratorReport): void {
    if (this.endedAtMs !== null) return
    switch (report.type) {
      case 'started':
        this.startedAtMs = report.atMs
        this.sampledAtMs = report.atMs
        return this.tellStarted()
      case 'batch':
        this.record.take(report.batch)
        if (Date.now() - this.sampledAtMs >= SAMPLE_MS) this.sample()
        return this.settling.forEach((look) => look())
      case 'finished':
        return this.end(report.lengthMs, null)
    }
  }

  /** The generator is gone. Without its `finished` the run has failed. */
  generatorGone(detail: string): void {
    if (this.startedAtMs === 0) this.tellNotStarted(detail)
    if (this.endedAtMs !== null) return
    const params = { detail }
    const message = fillSentence(ERROR_SENTENCES.TRAFFIC_FAILED, params)
    this.end(this.record.nowMs, { code: 'TRAFFIC_FAILED', message, params })
  }

  private end(lengthMs: number, failure: Failure | null): void {
    this.record.finish(lengthMs)
    this.failure = failure
    this.endedAtMs = Date.now()
    if (this.isAnnounced) this.announceEnd()
    this.settling.forEach((look) => look())
    this.tellFinished()
  }

  private announceEnd(): void {
    this.sample()
    this.facts.emit({ type: 'trafficFinished', run: this.state })
  }

  private sample(): void {
    if (!this.isAnnounced) return
    this.sampledAtMs = Date.now()
    const { cells, seconds } = this.record.takeChanges()
    const markers = this.newMarkers
    this.newMarkers = []
    this.facts.emit({
      type: 'trafficSampled',
      run: this.id,
      result: this.record.result(),
      cells: cellsOf(this.record, cells),
      seconds: secondsOf(this.record, seconds),
      markers,
    })
  }
}
