import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TERMINAL_WINDOW_CHARS } from '../../../../services/contract/index.ts'
import { TerminalBuffer } from '../../../../services/engine/supervisor/terminal-buffer.ts'

describe('TerminalBuffer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const LINE = `${'x'.repeat(99)}\n`

  it('replays what is kept, marked as a fresh start, then what comes', () => {
    const buffer = new TerminalBuffer()
    buffer.append('before\n')
    const heard: [string, boolean][] = []
    buffer.attach({}, (data, reset) => heard.push([data, reset]))
    vi.runAllTimers()
    buffer.append('after\n')
    vi.runAllTimers()
    expect(heard).toEqual([
      ['before\n', true],
      ['after\n', false],
    ])
  })

  it('tells an empty terminal to clear', () => {
    const listener = vi.fn()
    new TerminalBuffer().attach({}, listener)
    vi.runAllTimers()
    expect(listener.mock.calls).toEqual([['', true]])
  })

  it('stops at the window until the viewer has drawn', () => {
    const buffer = new TerminalBuffer()
    const viewer = {}
    let received = 0
    buffer.attach(viewer, (data) => (received += data.length))
    for (let index = 0; index < 5000; index += 1) buffer.append(LINE)
    vi.runAllTimers()
    const first = received
    expect(first).toBeGreaterThanOrEqual(TERMINAL_WINDOW_CHARS)
    expect(first).toBeLessThan(5000 * LINE.length)
    buffer.acknowledge(viewer, first)
    vi.runAllTimers()
    expect(received).toBe(5000 * LINE.length)
  })

  it('leaves out what a slow viewer missed, says how much, and goes on at a line start', () => {
    const buffer = new TerminalBuffer()
    const viewer = {}
    let text = ''
    buffer.attach(viewer, (data) => (text += data))
    const flood = (lines: number): void => {
      for (let index = 0; index < lines; index += 1) buffer.append(`${String(index).padStart(99, '0')}\n`)
      vi.runAllTimers()
    }
    flood(5_000)
    flood(60_000)
    const before = text.length
    buffer.acknowledge(viewer, before)
    vi.runAllTimers()
    const rest = text.slice(before)
    expect(rest).toMatch(/^\r\n\u001b\[0;2m\[\.\.\. \d+ characters were faster/)
    const lines = rest.split('\r\n').at(-1)?.trimEnd().split('\n') ?? []
    expect(lines[0]).toMatch(/^\d{99}$/)
    expect(lines.at(-1)).toBe(String(59_999).padStart(99, '0'))
  })

  it('keeps a bounded amount', () => {
    const buffer = new TerminalBuffer()
    for (let index = 0; index < 50_000; index += 1) buffer.append(LINE)
    expect(buffer.read().length).toBeLessThanOrEqual(2 * 1024 * 1024)
    expect(buffer.end).toBe(50_000 * LINE.length)
  })
})
