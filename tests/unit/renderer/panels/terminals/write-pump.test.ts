import { describe, expect, it } from 'vitest'
import { WritePump, type PumpSource } from '../../../../../renderer/src/panels/terminals/write-pump.ts'

class Frames {
  private callbacks: (() => void)[] = []
  next(callback: () => void): void {
    this.callbacks.push(callback)
  }
  get waiting(): number {
    return this.callbacks.length
  }
  run(): void {
    for (const callback of this.callbacks.splice(0)) callback()
  }
}

class Source implements PumpSource {
  readonly given: number[] = []
  left: number
  constructor(left: number) {
    this.left = left
  }
  get waiting(): boolean {
    return this.left > 0
  }
  pump(maxChars: number): void {
    this.given.push(maxChars)
    this.left -= maxChars
  }
}

describe('WritePump', () => {
  it('asks for a frame only while somebody waits', () => {
    const frames = new Frames()
    const pump = new WritePump(frames)
    expect(frames.waiting).toBe(0)
    const source = new Source(1)
    pump.wake(source)
    pump.wake(source)
    expect(frames.waiting).toBe(1)
    frames.run()
    expect(source.given).toHaveLength(1)
    expect(frames.waiting).toBe(0)
  })

  it('shares a frame among a few sources and lets all of them have their turn', () => {
    const frames = new Frames()
    const pump = new WritePump(frames)
    const sources = Array.from({ length: 12 }, () => new Source(Number.MAX_SAFE_INTEGER))
    for (const source of sources) pump.wake(source)
    for (let frame = 0; frame < 8; frame += 1) frames.run()
    expect(sources.map((source) => source.given.length)).toEqual(Array.from({ length: 12 }, () => 2))
    const first = sources.slice(0, 3).map((source) => source.given[0] ?? 0)
    expect(first.reduce((sum, chars) => sum + chars, 0)).toBeLessThanOrEqual(pump.charsPerFrame)
  })

  it('hands out less where parsing costs more, and more where it costs less, within bounds', () => {
    const pump = new WritePump(new Frames())
    const before = pump.charsPerFrame
    for (let i = 0; i < 50; i += 1) pump.noteCost(10_000, 20)
    const slow = pump.charsPerFrame
    for (let i = 0; i < 50; i += 1) pump.noteCost(10_000, 0.001)
    const quick = pump.charsPerFrame
    for (let i = 0; i < 50; i += 1) pump.noteCost(10_000, 10_000)
    expect(slow).toBeLessThan(before)
    expect(slow).toBeCloseTo(4096, -3)
    expect(quick).toBe(128 * 1024)
    expect(pump.charsPerFrame).toBe(4 * 1024)
  })

  it('learns nothing from pieces too short to measure', () => {
    const pump = new WritePump(new Frames())
    const before = pump.charsPerFrame
    pump.noteCost(10, 50)
    expect(pump.charsPerFrame).toBe(before)
  })

  it('forgets a source that was removed', () => {
    const frames = new Frames()
    const pump = new WritePump(frames)
    const source = new Source(100)
    pump.wake(source)
    pump.remove(source)
    frames.run()
    expect(source.given).toEqual([])
  })
})
