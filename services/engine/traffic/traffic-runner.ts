import { LabError, type TrafficOrder, type TrafficSettings } from '../../contract/index.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { GeneratorProcess, type GeneratorSurroundings } from './generator-process.ts'
import { MarkerReader } from './markers.ts'
import { argumentsOf, settingsOf } from './settings.ts'
import { TrafficRun } from './traffic-run.ts'

export interface TrafficParts extends GeneratorSurroundings {
  readonly plan: LabPlan
  readonly events: EventLog
}

/** Runs that are kept for comparing; the oldest are forgotten first. */
const MOST_RUNS = 20
/** Requests that are kept of all runs together, at 20 bytes each: 60 MB. */
const MOST_REQUESTS = 3_000_000
/** After its last time-out a generator that was told to stop is ended. */
const STOP_GRACE_MS = 3000

/** The lab's load generator: one run at a time, and all that earlier ones measured. */
export class TrafficRunner {
  private readonly parts: TrafficParts
  private readonly runs = new Map<number, TrafficRun>()
  private lastId = 0
  private generator: GeneratorProcess | null = null
  private current: TrafficRun | null = null
  /** Resolves when the generator of `current` is gone and nothing of it is left. */
  private ending: Promise<void> = Promise.resolve()
  /** Resolves when the last generator is gone and nothing of it is current any more. */
  private ended: Promise<void> = Promise.resolve()
  private disposed = false

  constructor(parts: TrafficParts) {
    this.parts = parts
  }

  /** The run that goes on now, or null. */
  get active(): TrafficRun | null {
    return this.current?.isRunning === true ? this.current : null
  }

  /** Resolves when requests are due. Throws `TRAFFIC_BUSY`, `URL_INVALID`, `INPUT_INVALID`, `TRAFFIC_FAILED`. */
  async start(order: TrafficOrder, steps?: TrafficSettings['steps']): Promise<TrafficRun> {
    if (this.disposed) throw new LabError('LAB_NOT_RUNNING')
    // Its process may take a moment to end.
    if (this.current?.isOver === true) await this.ending
    if (this.current !== null) throw new LabError('TRAFFIC_BUSY', { id: this.current.id })
    const { plan, events } = this.parts
    const settings = settingsOf(order, plan, steps)
    const run = new TrafficRun({
      id: this.lastId + 1,
      label: order.label ?? '',
      settings,
      emit: (event) => events.emit(event),
      askToStop: () => this.stopGenerator(settings.timeoutMs),
    })
    this.lastId = run.id
    this.current = run
    const generator = new GeneratorProcess(argumentsOf(settings, plan), this.parts, (report) => run.takeReport(report))
    this.generator = generator
    const markers = new MarkerReader()
    const endWatch = events.observe((event) => run.addMarkers(markers.read(event)))
    const ended = generator.gone.catch((error: unknown) => String(error))
    this.ending = ended.then((lastLine) => {
      endWatch()
      if (this.current === run) this.current = this.generator = null
      run.generatorGone(lastLine)
    })
    try {
      await Promise.all([run.started, generator.keep()])
    } catch (error) {
      generator.kill()
      throw new LabError('TRAFFIC_FAILED', { detail: error instanceof Error ? error.message : String(error) })
    }
    this.runs.set(run.id, run)
    run.announce()
    this.forgetOldest()
    return run
  }

  /** Stops what runs, and resolves with it when its last request has an outcome. Throws `TRAFFIC_NOT_RUNNING`. */
  async stop(): Promise<TrafficRun> {
    const run = this.active
    if (run === null) throw new LabError('TRAFFIC_NOT_RUNNING')
    await run.stop()
    return run
  }

  /** Throws `TRAFFIC_RUN_UNKNOWN`. */
  run(id: number): TrafficRun {
    const run = this.runs.get(id)
    if (run === undefined)
      throw new LabError('TRAFFIC_RUN_UNKNOWN', { id, known: [...this.runs.keys()].join(', ') || '-' })
    return run
  }

  /** Throws `TRAFFIC_RUN_UNKNOWN`, and `TRAFFIC_BUSY` for the one that goes on. */
  forget(id: number): void {
    if (this.run(id).isRunning) throw new LabError('TRAFFIC_BUSY', { id })
    this.runs.delete(id)
    this.parts.events.emit({ type: 'trafficForgotten', run: id })
  }

  /** Ends the generator at once. */
  async dispose(): Promise<void> {
    this.disposed = true
    this.current?.cutShort()
    this.generator?.kill()
    await this.ending
  }

  private stopGenerator(timeoutMs: number): void {
    const { generator } = this
    if (generator === null) return
    generator.stop()
    const timer = setTimeout(() => generator.kill(), timeoutMs + STOP_GRACE_MS)
    void generator.gone.then(() => clearTimeout(timer))
  }

  private forgetOldest(): void {
    const size = (): number => [...this.runs.values()].reduce((sum, run) => sum + run.size, 0)
    for (const run of this.runs.values()) {
      if (this.runs.size <= MOST_RUNS && size() <= MOST_REQUESTS) return
      if (!run.isRunning) this.forget(run.id)
    }
  }
}
