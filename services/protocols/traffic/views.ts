import {
  TRAFFIC_CELL_MS,
  type TrafficCells,
  type TrafficFailure,
  type TrafficLatency,
  type TrafficSecond,
} from '../../contract/traffic.ts'
import { failureOf, OK } from './outcomes.ts'
import type { TrafficRecord } from './record.ts'

/** What charts draw, computed from a run's record. */

/** These cells, in order; those in which nothing has an outcome are left out. */
export function cellsOf(record: TrafficRecord, numbers: Iterable<number>): TrafficCells {
  const cells = { at: [] as number[], ok: [] as number[], slow: [] as number[], failed: [] as number[] }
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const [ok, slow, failed] = countCell(record, number)
    if (ok + slow + failed === 0) continue
    cells.at.push(number)
    cells.ok.push(ok)
    cells.slow.push(slow)
    cells.failed.push(failed)
  }
  return cells
}

/** All cells of the run. */
export function allCells(record: TrafficRecord): TrafficCells {
  return cellsOf(record, Array(Math.ceil(record.nowMs / TRAFFIC_CELL_MS)).keys())
}

/** Successes in time, slow ones, failures. */
function countCell(record: TrafficRecord, number: number): readonly [number, number, number] {
  const { schedule, slowMs } = record
  const counts: [number, number, number] = [0, 0, 0]
  const end = schedule.countBefore((number + 1) * TRAFFIC_CELL_MS)
  for (let index = schedule.countBefore(number * TRAFFIC_CELL_MS); index < end; index += 1) {
    const request = record.at(index)
    if (request === null) continue
    counts[request.outcome !== OK ? 2 : request.latencyUs > slowMs * 1000 ? 1 : 0] += 1
  }
  return counts
}

/** These seconds, in order. */
export function secondsOf(record: TrafficRecord, numbers: Iterable<number>): readonly TrafficSecond[] {
  return [...numbers].sort((a, b) => a - b).map((number) => oneSecond(record, number))
}

export function allSeconds(record: TrafficRecord): readonly TrafficSecond[] {
  return secondsOf(record, Array(Math.ceil(record.nowMs / 1000)).keys())
}

function oneSecond(record: TrafficRecord, second: number): TrafficSecond {
  const { schedule, slowMs } = record
  const first = schedule.countBefore(second * 1000)
  const last = Math.min(schedule.countBefore((second + 1) * 1000), record.due)
  const latencies: number[] = []
  const releases: Record<string, number> = {}
  const failed: Partial<Record<TrafficFailure, number>> = {}
  let [slow, lagMaxUs] = [0, 0]
  for (let index = first; index < last; index += 1) {
    const request = record.at(index)
    if (request === null) continue
    lagMaxUs = Math.max(lagMaxUs, request.lagUs)
    const failure = failureOf(request.outcome)
    if (failure !== null) {
      failed[failure] = (failed[failure] ?? 0) + 1
      continue
    }
    latencies.push(request.latencyUs)
    if (request.latencyUs > slowMs * 1000) slow += 1
    const release = record.releases[request.release] ?? '-'
    releases[release] = (releases[release] ?? 0) + 1
  }
  const due = Math.max(0, last - first)
  const sent = Math.max(0, Math.min(last, record.sent) - Math.min(first, record.sent))
  return { second, due, sent, releases, failed, slow, latencyMs: exactLatency(latencies), lagMaxMs: lagMaxUs / 1000 }
}

/** Of one second all latencies are at hand: no histogram is needed. Nearest rank, as there. */
function exactLatency(latenciesUs: number[]): TrafficLatency | null {
  if (latenciesUs.length === 0) return null
  const sorted = latenciesUs.sort((a, b) => a - b)
  const at = (percent: number): number =>
    (sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? 0) / 1000
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
}
