import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../../services/contract/index.ts'
import { EventLog } from '../../../services/engine/event-log.ts'

describe('EventLog', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('gives a later subscriber the snapshot and exactly the events after it', () => {
    const log = new EventLog()
    log.emit({ type: 'labPhaseChanged', phase: 'starting' })
    const heard: LabEvent[] = []
    const { state, recent } = log.subscribe((events) => heard.push(...events))
    log.emit({ type: 'labPhaseChanged', phase: 'running' })
    vi.runAllTimers()
    expect(state).toMatchObject({ seq: 1, phase: 'starting' })
    expect(recent.map((event) => event.seq)).toEqual([1])
    expect(heard.map((event) => event.seq)).toEqual([2])
  })

  it('sends events together and in order', () => {
    const log = new EventLog()
    const batches: number[][] = []
    log.subscribe((events) => batches.push(events.map((event) => event.seq)))
    for (let index = 0; index < 3; index += 1) log.emit({ type: 'leftoversSwept', count: index })
    expect(batches).toEqual([])
    vi.runAllTimers()
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('keeps figures out of what is remembered', () => {
    const log = new EventLog()
    log.emit({ type: 'metricsSampled', services: [] })
    log.emit({ type: 'backendsChanged', backends: [], changed: [] })
    log.emit({ type: 'leftoversSwept', count: 1 })
    expect(log.subscribe(() => undefined).recent.map((event) => event.type)).toEqual(['leftoversSwept'])
  })

  it('forgets a subscriber that left', () => {
    const log = new EventLog()
    const listener = vi.fn()
    log.subscribe(listener)
    log.unsubscribe(listener)
    log.emit({ type: 'leftoversSwept', count: 1 })
    vi.runAllTimers()
    expect(listener).not.toHaveBeenCalled()
  })
})
