import { describe, expect, it } from 'vitest'
import { OutputBacklog } from '../../../../../renderer/src/panels/terminals/output-backlog.ts'

function takeAll(backlog: OutputBacklog): string {
  return backlog.take(Number.MAX_SAFE_INTEGER)
}

describe('OutputBacklog', () => {
  it('gives back what came in, in order, in pieces of the wanted size', () => {
    const backlog = new OutputBacklog()
    backlog.push('one\n')
    backlog.push('')
    backlog.push('two\nthree')
    expect(backlog.chars).toBe(13)
    expect([backlog.take(2), backlog.take(5), backlog.take(100), backlog.take(100)]).toEqual([
      'on',
      'e\ntwo',
      '\nthree',
      '',
    ])
    expect(backlog.chars).toBe(0)
  })

  it('stays in order over far more pieces than it moves at once', () => {
    const backlog = new OutputBacklog()
    let expected = ''
    let taken = ''
    for (let i = 0; i < 1000; i += 1) {
      backlog.push(`line ${i}\n`)
      expected += `line ${i}\n`
      if (i % 3 === 0) taken += backlog.take(17)
    }
    expect(taken + takeAll(backlog)).toBe(expected)
  })

  it('keeps at least the wanted lines when it is trimmed, and begins at the start of a line', () => {
    const backlog = new OutputBacklog()
    for (let i = 0; i < 100; i += 1) backlog.push(`${i} begins\n${i} goes on `)
    expect(backlog.trim(10)).toBe(true)
    const lines = takeAll(backlog).split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(10)
    expect(lines.length).toBeLessThanOrEqual(13)
    expect(lines[0]).toMatch(/^\d+ goes on \d+ begins$/)
    expect(lines.at(-1)).toBe('99 goes on ')
  })

  it('forgets nothing while there are few lines', () => {
    const backlog = new OutputBacklog()
    backlog.push('a\nb\n')
    expect(backlog.trim(10)).toBe(false)
    expect(takeAll(backlog)).toBe('a\nb\n')
  })

  it('counts the lines of a piece that was taken in part', () => {
    const backlog = new OutputBacklog()
    backlog.push('1\n2\n3\n4\n')
    backlog.take(4)
    backlog.push('5\n6\n')
    expect(backlog.trim(3)).toBe(false)
    expect(backlog.trim(2)).toBe(true)
  })

  it('bounds its memory when lines never end', () => {
    const backlog = new OutputBacklog()
    const piece = 'x'.repeat(512 * 1024)
    for (let i = 0; i < 12; i += 1) {
      backlog.push(piece)
      backlog.trim(10_000)
    }
    expect(backlog.chars).toBeLessThanOrEqual(2 * 1024 * 1024)
  })

  it('is empty after clear', () => {
    const backlog = new OutputBacklog()
    backlog.push('a\nb')
    backlog.clear()
    expect(backlog.chars).toBe(0)
    expect(takeAll(backlog)).toBe('')
  })
})
