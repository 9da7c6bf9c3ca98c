import { describe, expect, it } from 'vitest'
import type { BenchRow } from '../../../bench/bench.ts'
import { formatTable, isMet } from '../../../bench/table.ts'

function row(value: number, goal: BenchRow['goal'], unit?: string): BenchRow {
  const plain = { what: 'lab start', against: 'a bare script', value, goal, detail: '1.2 s, 1.0 s' }
  return unit === undefined ? plain : { ...plain, unit }
}

describe('isMet', () => {
  it('takes the bound itself as met', () => {
    expect(isMet(row(0.55, { atLeast: 0.55 }))).toBe(true)
    expect(isMet(row(0.54, { atLeast: 0.55 }))).toBe(false)
    expect(isMet(row(1.25, { atMost: 1.25 }))).toBe(true)
    expect(isMet(row(1.26, { atMost: 1.25 }))).toBe(false)
    expect(isMet(row(1, null))).toBeNull()
  })

  it('does not take a figure that is none as met', () => {
    expect(isMet(row(Number.NaN, { atLeast: 0 }))).toBe(false)
  })
})

describe('formatTable', () => {
  it('names what falls short and counts the goals', () => {
    const text = formatTable([
      { bench: 'launch', row: row(1.2, { atMost: 1.25 }) },
      { bench: 'launch', row: row(1.4, { atMost: 1.25 }) },
      { bench: 'memory', row: row(612.4, null, 'MB') },
    ])
    const lines = text.split('\n')
    expect(lines[1]).toMatch(/^lab start {2}a bare script {2}1\.20 +<= 1\.25 {2}met +1\.2 s, 1\.0 s$/)
    expect(lines[2]).toContain('FALLS SHORT')
    expect(lines[3]).toContain('612 MB  -')
    expect(lines.at(-1)).toBe('1 of 2 goals met, 1 FALL SHORT')
  })

  it('says so when there is nothing', () => {
    expect(formatTable([])).toBe('Nothing was measured.')
  })
})
