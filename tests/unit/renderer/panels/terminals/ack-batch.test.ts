import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AckBatch } from '../../../../../renderer/src/panels/terminals/ack-batch.ts'
import { TERMINAL_WINDOW_CHARS } from '../../../../../services/contract/index.ts'

let sent: number[]
let batch: AckBatch

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  batch = new AckBatch((chars) => sent.push(chars))
})
afterEach(() => vi.useRealTimers())

describe('AckBatch', () => {
  it('sends large steps at once, long before the window is used up', () => {
    for (let i = 0; i < 64; i += 1) batch.add(1024)
    expect(sent).toEqual([32 * 1024, 32 * 1024])
    expect(32 * 1024).toBeLessThan(TERMINAL_WINDOW_CHARS / 4)
  })

  it('sends a small rest soon, once', () => {
    batch.add(10)
    batch.add(20)
    expect(sent).toEqual([])
    vi.advanceTimersByTime(50)
    expect(sent).toEqual([30])
    vi.advanceTimersByTime(1000)
    expect(sent).toEqual([30])
  })

  it('says nothing about nothing', () => {
    batch.add(0)
    batch.flush()
    vi.advanceTimersByTime(1000)
    expect(sent).toEqual([])
  })

  it('is silent after it was cancelled', () => {
    batch.add(10)
    batch.cancel()
    vi.advanceTimersByTime(1000)
    expect(sent).toEqual([])
  })
})
