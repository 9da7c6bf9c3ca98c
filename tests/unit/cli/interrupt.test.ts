import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Interrupt } from '../../../services/cli/interrupt.ts'

function scene(): { source: EventEmitter; interrupt: Interrupt; ends: number[]; at(ms: number): void } {
  const source = new EventEmitter()
  const ends: number[] = []
  let now = 0
  const interrupt = new Interrupt(
    source,
    (code) => ends.push(code),
    () => now,
  )
  return { source, interrupt, ends, at: (ms) => void (now = ms) }
}

describe('Interrupt', () => {
  it('asks for a clean end first and ends at once the second time', () => {
    const { source, interrupt, ends, at } = scene()
    source.emit('SIGINT')
    expect(interrupt.signal.aborted).toBe(true)
    at(1000)
    source.emit('SIGINT')
    expect(ends).toEqual([130])
  })

  it('takes one key press that arrives twice as one', () => {
    const { source, ends, at } = scene()
    source.emit('SIGINT')
    at(30)
    source.emit('SIGINT')
    expect(ends).toEqual([])
  })

  it('lets work finish, or leaves it', async () => {
    const { source, interrupt } = scene()
    expect(await interrupt.during(Promise.resolve('done'))).toBe('done')
    const leaving = interrupt.during(new Promise(() => undefined))
    source.emit('SIGTERM')
    await expect(leaving).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await interrupt.happened
  })

  it('lets go of the signals', () => {
    const { source, interrupt } = scene()
    interrupt.dispose()
    expect(source.eventNames()).toEqual([])
  })
})
