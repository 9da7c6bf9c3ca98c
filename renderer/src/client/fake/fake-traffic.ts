import { LabError } from '../../../../services/contract/errors.ts'
import {
  emptyTrafficResult,
  TRAFFIC_CELL_MS,
  TRAFFIC_DEFAULTS,
  type CommandInput,
  type TrafficCells,
  type TrafficFailure,
  type TrafficLatency,
  type TrafficMarker,
  type TrafficOutputs,
  type TrafficResult,
  type TrafficRun,
  type TrafficRunData,
  type TrafficSecond,
  type TrafficSettings,
} from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'
import { answerRequest } from './requests.ts'

const SAMPLE_MS = 250

type TrafficCommands = 'startTraffic' | 'stopTraffic' | 'readTrafficRun' | 'forgetTrafficRun'
type TrafficHandlers = {
  readonly [Name in TrafficCommands]: (input: CommandInput<Name>) => Promise<TrafficOutputs[Name]>
}

/** The load generator of the fake lab: what would become of each request, as the lab stands when it is due. */
export function trafficHandlers(lab: FakeLab): TrafficHandlers {
  const runs = new Map<number, FakeRun>()
  let current: FakeRun | null = null
  let count = 0

  function find(id: number): FakeRun {
    const found = runs.get(id)
    if (found) return found
    throw new LabError('TRAFFIC_RUN_UNKNOWN', { id, known: [...runs.keys()].join(', ') })
  }

  return {
    async startTraffic({ rate, rampTo, seconds, urls, connections, slowMs, timeoutMs, label }) {
      if (lab.state.phase !== 'running') throw new LabError('LAB_NOT_RUNNING')
      if (current?.isRunning) throw new LabError('TRAFFIC_BUSY', { id: current.run.id })
      const settings = {
        rate,
        rampTo: rampTo ?? null,
        seconds: seconds ?? null,
        urls: (urls ?? [{ url: '/' }]).map(({ url, weight = 1 }) => ({ url, weight })),
        connections,
        slowMs: slowMs ?? TRAFFIC_DEFAULTS.slowMs,
        timeoutMs: timeoutMs ?? TRAFFIC_DEFAULTS.timeoutMs,
      }
      const run = new FakeRun(lab, ++count, label ?? '', settings)
      current = run
      runs.set(run.run.id, run)
      lab.emit({ type: 'trafficStarted', run: run.run })
      void run.play()
      return run.run
    },
    async stopTraffic() {
      if (!current?.isRunning) throw new LabError('TRAFFIC_NOT_RUNNING')
      return current.end()
    },
    readTrafficRun: async ({ id }) => find(id).data,
    async forgetTrafficRun({ id }) {
      if (find(id).isRunning) throw new LabError('TRAFFIC_BUSY', { id })
      runs.delete(id)
      lab.emit({ type: 'trafficForgotten', run: id })
      return null
    },
  }
}

interface Cell {
  at: number
  ok: number
  slow: number
  failed: number
}

/** One run, played in samples of a quarter of a second. */
class FakeRun {
  run: TrafficRun
  readonly #lab: FakeLab
  readonly #cells: Cell[] = []
  readonly #seconds: TrafficSecond[] = []
  readonly #markers: TrafficMarker[] = []
  #states = new Map<string, string>()
  #elapsedMs = 0

  constructor(lab: FakeLab, id: number, label: string, settings: TrafficSettings) {
    this.#lab = lab
    const result = emptyTrafficResult(settings.rate)
    this.run = { id, label, settings, startedAtMs: Date.now(), endedAtMs: null, failure: null, result }
    this.#states = this.#readStates()
  }

  get isRunning(): boolean {
    return this.run.endedAtMs === null
  }

  get data(): TrafficRunData {
    return { run: this.run, cells: columns(this.#cells), seconds: [...this.#seconds], markers: [...this.#markers] }
  }

  async play(): Promise<void> {
    const endMs = (this.run.settings.seconds ?? Infinity) * 1000
    while (this.#elapsedMs < endMs) {
      await this.#lab.wait(SAMPLE_MS)
      if (!this.isRunning) return
      if (this.#lab.state.phase !== 'running') break
      this.#sample()
    }
    this.end()
  }

  end(): TrafficRun {
    this.run = { ...this.run, endedAtMs: this.run.startedAtMs + this.#elapsedMs }
    this.#lab.emit({ type: 'trafficFinished', run: this.run })
    return this.run
  }

  #sample(): void {
    const markers = this.#mark()
    const from = this.#elapsedMs
    this.#elapsedMs += SAMPLE_MS
    const first = this.#cells.length
    let result = this.run.result
    for (let at = from / TRAFFIC_CELL_MS; at < this.#elapsedMs / TRAFFIC_CELL_MS; at += 1)
      result = this.#send(at, result)
    this.run = { ...this.run, result: { ...result, seconds: this.#elapsedMs / 1000 } }
    this.#lab.emit({
      type: 'trafficSampled',
      run: this.run.id,
      result: this.run.result,
      cells: columns(this.#cells.slice(first)),
      seconds: this.#seconds.slice(-1),
      markers,
    })
  }

  /** What is due in one cell. */
  #send(at: number, before: TrafficResult): TrafficResult {
    const per = (this.run.settings.rate * TRAFFIC_CELL_MS) / 1000
    const due = Math.floor((at + 1) * per) - Math.floor(at * per)
    let result = before
    for (let request = 0; request < due; request += 1) result = this.#answer(at, result)
    return result
  }

  #answer(at: number, before: TrafficResult): TrafficResult {
    const { plan, state } = this.#lab
    const answer = plan ? answerRequest(plan, state, before.due) : null
    const ms = 3 + 6 * Math.random() ** 4
    const failure = failureOf(
      answer?.status ?? null,
      state.services.some(({ id, pid }) => id === 'dns-1' && pid !== null),
    )
    const release = answer?.release ?? '-'
    this.#count(at, failure, release, ms)
    const gone = failure === null ? 0 : before.resolutionMs
    const status = String(answer?.status ?? '')
    return {
      ...before,
      due: before.due + 1,
      sent: before.sent + 1,
      succeeded: before.succeeded + (failure === null ? 1 : 0),
      failed: failure === null ? before.failed : { ...before.failed, [failure]: (before.failed[failure] ?? 0) + 1 },
      statuses:
        failure === 'status' ? { ...before.statuses, [status]: (before.statuses[status] ?? 0) + 1 } : before.statuses,
      downtimeMs: before.downtimeMs + gone,
      longestGapMs: Math.max(before.longestGapMs, gone === 0 ? 0 : before.longestGapMs + gone),
      latencyMs: failure === null ? grown(before.latencyMs, ms) : before.latencyMs,
      releases:
        failure === null ? { ...before.releases, [release]: (before.releases[release] ?? 0) + 1 } : before.releases,
    }
  }

  /** Adds a request to its cell and its second. */
  #count(at: number, failure: TrafficFailure | null, release: string, ms: number): void {
    const last = this.#cells.at(-1)
    const cell = last?.at === at ? last : { at, ok: 0, slow: 0, failed: 0 }
    if (cell !== last) this.#cells.push(cell)
    if (failure === null) cell.ok += 1
    else cell.failed += 1
    const number = Math.floor((at * TRAFFIC_CELL_MS) / 1000)
    const empty: TrafficSecond = {
      second: number,
      due: 0,
      sent: 0,
      releases: {},
      failed: {},
      slow: 0,
      latencyMs: null,
      lagMaxMs: 0,
    }
    const { [number]: second = empty } = this.#seconds as readonly (TrafficSecond | undefined)[]
    this.#seconds[number] = {
      ...second,
      due: second.due + 1,
      sent: second.sent + 1,
      ...(failure === null
        ? {
            releases: { ...second.releases, [release]: (second.releases[release] ?? 0) + 1 },
            latencyMs: grown(second.latencyMs, ms),
          }
        : { failed: { ...second.failed, [failure]: (second.failed[failure] ?? 0) + 1 } }),
    }
  }

  /** What has changed since the last sample. */
  #mark(): readonly TrafficMarker[] {
    const states = this.#readStates()
    const fresh = [...states]
      .filter(([subject, what]) => this.#states.get(subject) !== what)
      .map(([subject, what]) => ({
        atMs: this.run.startedAtMs + this.#elapsedMs,
        kind: 'service' as const,
        subject,
        what,
        ok: null,
      }))
    this.#states = states
    this.#markers.push(...fresh)
    return fresh
  }

  #readStates(): Map<string, string> {
    return new Map(this.#lab.state.services.map(({ id, state }) => [id, state]))
  }
}

function failureOf(status: number | null, hasDns: boolean): TrafficFailure | null {
  if (status === null) return hasDns ? 'refused' : 'dns'
  return status >= 400 ? 'status' : null
}

/** Percentiles that look like ones: the played lab keeps no histogram. */
function grown(before: TrafficLatency | null, ms: number): TrafficLatency {
  const max = Math.max(before?.max ?? 0, ms)
  return { p50: 3.2, p95: 3 + (max - 3) * 0.6, p99: 3 + (max - 3) * 0.9, max }
}

function columns(cells: readonly Cell[]): TrafficCells {
  return {
    at: cells.map(({ at }) => at),
    ok: cells.map(({ ok }) => ok),
    slow: cells.map(({ slow }) => slow),
    failed: cells.map(({ failed }) => failed),
  }
}
