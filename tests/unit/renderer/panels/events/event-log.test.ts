import { describe, expect, it } from 'vitest'
import { EventLog, MAX_LINES } from '../../../../../renderer/src/panels/events/event-log.ts'
import type { NewLabEvent } from '../../../../../services/contract/index.ts'
import { DEPLOYMENT, EVERY_EVENT, numbered } from './fixtures.ts'

const ready: NewLabEvent = EVERY_EVENT.serviceChanged

describe('EventLog', () => {
  it('describes each event once, though the list is given again and again', () => {
    const log = new EventLog()
    const events = numbered([ready, EVERY_EVENT.portReplaced, ready])
    expect(log.update(events.slice(0, 1))).toHaveLength(1)
    expect(log.update(events.slice(0, 2))).toHaveLength(2)
    expect(log.update(events.slice(1))).toHaveLength(3)
    expect(log.update(events.slice(1))).toHaveLength(3)
  })

  it('gives each line a rising id of its own, also when an event is worth several', () => {
    const change = { balancer: 'lb-1', server: 'server-1', from: 'up', to: 'down' }
    const lines = new EventLog().update(
      numbered([{ ...EVERY_EVENT.backendsChanged, changed: [change, change, change] }, ready]),
    )
    const ids = lines.map((line) => line.id)
    expect(ids).toHaveLength(4)
    expect(ids.toSorted((a, b) => a - b)).toEqual(ids)
    expect(new Set(ids).size).toBe(4)
  })

  it('remembers the deployment, so that its lines are about what is new', () => {
    const step = {
      name: 'stop',
      host: 'server-1',
      startMs: 1,
      endMs: 2,
      ok: true,
      progress: null,
      planned: null,
    } as const
    const lines = new EventLog().update(
      numbered([
        EVERY_EVENT.deploymentProgressed,
        { type: 'deploymentProgressed', deployment: { ...DEPLOYMENT, steps: [step] } },
      ]),
    )
    expect(lines.map((line) => line.key)).toEqual(['deployment.begun', 'deployment.step.stop'])
  })

  it('keeps the newest lines only', () => {
    const log = new EventLog()
    const lines = log.update(numbered(Array.from({ length: MAX_LINES + 5 }, () => ready)))
    expect(lines).toHaveLength(MAX_LINES)
    expect(lines[0]?.id).toBe(6)
  })

  it('shows what comes after it was cleared', () => {
    const log = new EventLog()
    const events = numbered([ready, ready])
    log.update(events.slice(0, 1))
    expect(log.clear()).toEqual([])
    expect(log.update(events).map((line) => line.id)).toEqual([2])
  })

  it('begins anew when another engine counts from the start', () => {
    const log = new EventLog()
    log.update(numbered([ready, ready, ready], 50))
    expect(log.update(numbered([ready], 1)).map((line) => line.id)).toEqual([1])
  })

  it('stays as it is while nothing is known', () => {
    expect(new EventLog().update([])).toEqual([])
  })
})
