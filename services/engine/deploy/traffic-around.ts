import { setTimeout as pause } from 'node:timers/promises'
import type { TrafficCells, TrafficResult } from '../../contract/index.ts'
import type { TrafficRunner } from '../traffic/traffic-runner.ts'

/** Traffic begins so long before a deployment, and goes on so long after it: what was normal shall be seen as well. */
const AROUND_MS = 1_000

export interface MeasuredTraffic {
  readonly run: number
  readonly startedAtMs: number
  readonly result: TrafficResult
  readonly cells: TrafficCells
}

/**
 * Does the work under traffic of this rate, or under what runs anyway when no rate is given. `measured` is null when there
 * was none. Rejects as `startTraffic` does, and with what the work throws; traffic that was begun here ends in any case.
 */
export async function underTraffic<Value>(
  traffic: TrafficRunner,
  rate: number | undefined,
  label: string,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly measured: MeasuredTraffic | null }> {
  if (rate !== undefined) return underOwn(traffic, rate, label, work)
  const running = traffic.active
  if (running === null) return { value: await work(), measured: null }
  const fromMs = Date.now() - AROUND_MS
  const value = await work()
  await pause(AROUND_MS)
  const toMs = Date.now()
  await running.settledUntil(toMs)
  const { startedAtMs } = running.state
  const result = running.resultBetween(Math.max(fromMs, startedAtMs), toMs)
  return { value, measured: { run: running.id, startedAtMs, result, cells: running.data.cells } }
}

async function underOwn<Value>(
  traffic: TrafficRunner,
  rate: number,
  label: string,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly measured: MeasuredTraffic }> {
  const run = await traffic.start({ rate, connections: 'keep-alive', label })
  try {
    await pause(AROUND_MS)
    const value = await work()
    await pause(AROUND_MS)
    await run.stop()
    const { result, startedAtMs } = run.state
    return { value, measured: { run: run.id, startedAtMs, result, cells: run.data.cells } }
  } finally {
    await run.stop()
  }
}
