import { describe, expect, it } from 'vitest'
import { TrafficColumns } from '../../../../renderer/src/model/traffic-columns.ts'
import type { TrafficMarker, TrafficSecond } from '../../../../services/contract/traffic.ts'

const NOTHING = { cells: { at: [], ok: [], slow: [], failed: [] }, seconds: [], markers: [] }

function second(number: number, succeeded: number): TrafficSecond {
  const none = { due: 0, sent: 0, failed: {}, slow: 0, latencyMs: null, lagMaxMs: 0 }
  return { ...none, second: number, releases: { v1: succeeded } }
}

function marker(atMs: number): TrafficMarker {
  return { atMs, kind: 'service', subject: 'web-1', what: 'failed', ok: null }
}

describe('TrafficColumns', () => {
  it('appends what each sample brings, far beyond its first size', () => {
    const columns = new TrafficColumns()
    columns.apply({ ...NOTHING, cells: { at: [0, 1], ok: [1, 2], slow: [0, 1], failed: [0, 0] } })
    columns.apply({ ...NOTHING, cells: { at: [359_999], ok: [0], slow: [0], failed: [7] } })
    expect(columns.length).toBe(360_000)
    expect([columns.ok[1], columns.slow[1], columns.failed[359_999], columns.total(2)]).toEqual([2, 1, 7, 0])
  })

  it('replaces a cell by a late outcome, and keeps it when an older report comes after it', () => {
    const columns = new TrafficColumns()
    columns.apply({ ...NOTHING, cells: { at: [5], ok: [1], slow: [0], failed: [0] } })
    columns.apply({ ...NOTHING, cells: { at: [5], ok: [1], slow: [0], failed: [1] } })
    columns.apply({ ...NOTHING, cells: { at: [5], ok: [1], slow: [0], failed: [0] } })
    expect([columns.ok[5], columns.failed[5]]).toEqual([1, 1])
  })

  it('keeps the newest report of a second', () => {
    const columns = new TrafficColumns()
    columns.apply({ ...NOTHING, seconds: [second(3, 90)] })
    columns.apply({ ...NOTHING, seconds: [second(3, 100), second(4, 1)] })
    columns.apply({ ...NOTHING, seconds: [second(3, 90)] })
    expect(columns.seconds[3]?.releases).toEqual({ v1: 100 })
    expect(columns.seconds[0]).toBeUndefined()
  })

  it('has each marker once, in order of time', () => {
    const columns = new TrafficColumns()
    columns.apply({ ...NOTHING, markers: [marker(20)] })
    columns.apply({ ...NOTHING, markers: [marker(10), marker(20)] })
    expect(columns.markers.map(({ atMs }) => atMs)).toEqual([10, 20])
  })
})
