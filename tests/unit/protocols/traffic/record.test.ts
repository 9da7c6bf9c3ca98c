import { describe, expect, it } from 'vitest'
import { ColumnsBuilder } from '../../../../services/protocols/traffic/batch.ts'
import { outcomeCode, type Outcome } from '../../../../services/protocols/traffic/outcomes.ts'
import { TrafficRecord } from '../../../../services/protocols/traffic/record.ts'
import { Schedule } from '../../../../services/protocols/traffic/schedule.ts'
import { allCells, allSeconds, cellsOf, secondsOf } from '../../../../services/protocols/traffic/views.ts'
import { NOTHING } from '../../../nothing.ts'

interface Told {
  readonly index: number
  readonly outcome?: Outcome
  readonly status?: number
  readonly latencyMs?: number
  readonly lagMs?: number
  readonly release?: number
  readonly retried?: boolean
}

function record(rate: number, seconds: number | null = 1): TrafficRecord {
  return new TrafficRecord(new Schedule({ rate, rampTo: null, seconds }), 500)
}

/** Tells outcomes at a moment of the run; everything that is due by then was sent. */
function tell(to: TrafficRecord, atMs: number, told: readonly Told[], releases: readonly string[] = []): void {
  const columns = new ColumnsBuilder()
  for (const { index, outcome = 'ok', status = 200, latencyMs = 1, lagMs = 0, release = 0, retried = false } of told) {
    columns.add({
      ...{ index, status, release, outcome: outcomeCode(outcome), chain: 0 },
      ...{ latencyUs: latencyMs * 1000, lagUs: lagMs * 1000, retried: retried ? 1 : 0 },
    })
  }
  const due = to.schedule.countBefore(atMs)
  to.take({
    columns: columns.take(),
    releases,
    chains: releases.length > 0 ? ['lb-1 web-1'] : [],
    atMs,
    due,
    sent: due,
  })
}

function all(count: number, failed: (index: number) => boolean): readonly Told[] {
  return Array.from({ length: count }, (_, index) => ({ index, outcome: failed(index) ? 'refused' : 'ok' }))
}

describe('downtime', () => {
  it.each([
    ['nothing failed', () => false, 0, 0],
    ['everything failed', () => true, 1000, 1000],
    ['one failed', (index: number) => index === 7, 5, 5],
    ['20 in a row', (index: number) => index >= 40 && index < 60, 100, 100],
    ['two outages', (index: number) => (index >= 10 && index < 20) || (index >= 100 && index < 140), 250, 200],
    ['every second one', (index: number) => index % 2 === 1, 500, 5],
    ['the last ones', (index: number) => index >= 190, 50, 50],
  ])('at 200 a second, when %s', (_what, failed, downtimeMs, longestGapMs) => {
    const run = record(200)
    tell(run, 1000, all(200, failed))
    const live = run.result()
    run.finish(1000)
    for (const result of [live, run.result()]) {
      expect(result.downtimeMs).toBeCloseTo(downtimeMs, 6)
      expect(result.longestGapMs).toBeCloseTo(longestGapMs, 6)
      expect(result.resolutionMs).toBeCloseTo(5)
    }
  })

  it('does not depend on the order in which outcomes come', () => {
    const told = all(200, (index) => index >= 40 && index < 60)
    const [forward, backward] = [record(200), record(200)]
    tell(forward, 1000, told)
    tell(backward, 1000, [...told].reverse())
    expect(backward.result()).toEqual(forward.result())
  })

  it('measures an outage of any length and place within the resolution', () => {
    for (let lengthMs = 0; lengthMs < 60; lengthMs += 0.7) {
      const startMs = 100 + lengthMs * 1.37
      const run = record(200)
      const isOut = (index: number): boolean => index * 5 >= startMs && index * 5 < startMs + lengthMs
      tell(run, 1000, all(200, isOut))
      run.finish(1000)
      expect(Math.abs(run.result().downtimeMs - lengthMs)).toBeLessThanOrEqual(5)
    }
  })

  it('is cut where the run was stopped', () => {
    const run = record(10, null)
    tell(
      run,
      250,
      all(3, () => true),
    )
    run.finish(250)
    expect(run.result()).toMatchObject({ due: 3, downtimeMs: 250, longestGapMs: 250, seconds: 0.25 })
  })
})

describe('a part of a run', () => {
  it('has the requests that were due in it', () => {
    const run = record(200)
    tell(
      run,
      1000,
      all(200, (index) => index >= 40 && index < 60),
    )
    run.finish(1000)
    expect(run.resultBetween(200, 300)).toMatchObject({
      due: 20,
      succeeded: 0,
      failed: { refused: 20 },
      downtimeMs: 100,
    })
    expect(run.resultBetween(300, 500)).toMatchObject({ due: 40, succeeded: 40, failed: NOTHING, downtimeMs: 0 })
    expect(run.resultBetween(250, 5000)).toMatchObject({ due: 150, seconds: 0.75, downtimeMs: 50 })
    const parts = [run.resultBetween(0, 123), run.resultBetween(123, 1000)]
    expect(parts.reduce((sum, part) => sum + part.due, 0)).toBe(200)
    expect(parts.reduce((sum, part) => sum + part.downtimeMs, 0)).toBeCloseTo(100)
  })

  it('knows what has no outcome yet', () => {
    const run = record(100)
    tell(
      run,
      500,
      all(20, () => false),
    )
    expect(run.result()).toMatchObject({ due: 50, sent: 50, succeeded: 20, pending: 30 })
    expect(run.settledMs).toBe(200)
    tell(run, 600, [{ index: 30 }])
    expect(run.settledMs).toBe(200)
    tell(
      run,
      600,
      Array.from({ length: 40 }, (_, at) => ({ index: 20 + at })),
    )
    expect(run.result()).toMatchObject({ due: 60, succeeded: 60, pending: 0 })
    expect(run.settledMs).toBe(600)
  })
})

it('counts what came through in a time by when it ended, whenever it was due', () => {
  const run = record(10)
  // Due at 0, 100, 200, ... ms; a queue that grows: each waits 100 ms longer.
  tell(
    run,
    1000,
    Array.from({ length: 10 }, (_, index) => ({ index, latencyMs: 50 + index * 100 })),
  )
  // They end at 50, 250, 450, ...: five a second come through, though ten are due.
  expect(run.completedBetween(0, 1000, 5000)).toEqual({ count: 5, meanMs: 250 })
  expect(run.completedBetween(1000, 2000, 5000).count).toBe(5)
  expect(run.completedBetween(0, 50, 5000)).toEqual({ count: 0, meanMs: null })
})

describe('the figures of a run', () => {
  it('count kinds, statuses, releases, slow and retried requests, and latencies of successes only', () => {
    const run = record(10)
    const told: readonly Told[] = [
      { index: 0, latencyMs: 10 },
      { index: 1, latencyMs: 20, release: 1, retried: true },
      { index: 2, latencyMs: 700 },
      { index: 3, outcome: 'status', status: 502, latencyMs: 5000 },
      { index: 4, outcome: 'status', status: 502 },
      { index: 5, outcome: 'status', status: 404 },
      { index: 6, outcome: 'timedOut', latencyMs: 5000 },
      { index: 7, outcome: 'dns' },
      { index: 8, outcome: 'reset' },
      { index: 9, outcome: 'refused' },
    ]
    tell(run, 1000, told, ['v1', 'v2'])
    expect(run.result()).toMatchObject({
      due: 10,
      succeeded: 3,
      failed: { status: 3, timedOut: 1, dns: 1, reset: 1, refused: 1 },
      statuses: { '404': 1, '502': 2 },
      slow: 1,
      retried: 1,
      releases: { v1: 2, v2: 1 },
      servers: { 'lb-1 web-1': 3 },
      latencyMs: { max: 700 },
      behind: false,
    })
  })

  it('say when the machine was behind: more than 1 % late, or any that could not be sent', () => {
    const late = (count: number): boolean => {
      const run = record(1000)
      tell(
        run,
        1000,
        Array.from({ length: 1000 }, (_, index) => ({ index, lagMs: index < count ? 11 : 9 })),
      )
      return run.result().behind
    }
    expect([late(10), late(11)]).toEqual([false, true])
    const run = record(10)
    tell(run, 1000, [{ index: 0, outcome: 'unsent' }])
    expect(run.result().behind).toBe(true)
  })

  it('take each outcome once, and none of a request that was not due', () => {
    const run = record(10)
    tell(run, 500, [{ index: 0 }, { index: 0, outcome: 'reset' }, { index: 9 }])
    expect(run.result()).toMatchObject({ due: 5, succeeded: 1, failed: NOTHING })
  })

  it('hold a long run', () => {
    const run = record(2000, 600)
    for (let second = 1; second <= 600; second += 1)
      tell(
        run,
        second * 1000,
        Array.from({ length: 2000 }, (_, at) => ({ index: (second - 1) * 2000 + at })),
      )
    expect(run.result()).toMatchObject({ due: 1_200_000, succeeded: 1_200_000, pending: 0, downtimeMs: 0 })
  })
})

describe('what charts draw', () => {
  it('cells hold the requests that were due in their 10 ms', () => {
    const run = record(200)
    tell(run, 1000, [{ index: 0 }, { index: 1, latencyMs: 501 }, { index: 2, outcome: 'reset' }, { index: 199 }])
    expect(allCells(run)).toEqual({ at: [0, 1, 99], ok: [1, 0, 1], slow: [1, 0, 0], failed: [0, 1, 0] })
    const cells = run.takeChanges().cells
    expect(cellsOf(run, cells)).toEqual(allCells(run))
    tell(run, 1000, [{ index: 3 }])
    expect(cellsOf(run, run.takeChanges().cells)).toEqual({ at: [1], ok: [1], slow: [0], failed: [1] })
    expect(run.takeChanges()).toEqual({ cells: new Set(), seconds: new Set() })
  })

  it('seconds have their own exact percentiles, releases and errors', () => {
    const run = record(100, 3)
    const told = Array.from({ length: 100 }, (_, at) => ({
      index: 100 + at,
      latencyMs: at + 1,
      release: at < 60 ? 0 : 1,
    }))
    tell(run, 2000, [{ index: 5, outcome: 'dns' }, ...told], ['v1', 'v2'])
    const [first, second] = allSeconds(run)
    expect(first).toMatchObject({ second: 0, due: 100, failed: { dns: 1 }, releases: {}, latencyMs: null })
    expect(second).toMatchObject({
      ...{ second: 1, due: 100, sent: 100, failed: NOTHING, slow: 0 },
      releases: { v1: 60, v2: 40 },
      latencyMs: { p50: 50, p95: 95, p99: 99, max: 100 },
    })
    expect(secondsOf(run, run.takeChanges().seconds)).toEqual(allSeconds(run))
  })
})
