import { describe, expect, it } from 'vitest'
import { BEGUN_DEPLOYMENT, type ComparedStrategy, type ComparisonState } from '../../../../services/contract/index.ts'
import { comparisonCsv } from '../../../../services/protocols/reports/comparison-csv.ts'
import { comparisonHtml } from '../../../../services/protocols/reports/comparison-html.ts'
import { ENGLISH_REPORT_WORDS, fillWord, reportWords } from '../../../../services/protocols/reports/words.ts'

const STEP = {
  name: 'stop',
  host: 'server-1',
  startMs: 1500,
  endMs: 1600,
  ok: true,
  progress: null,
  planned: 0,
} as const
const RESTART: ComparedStrategy = {
  strategy: 'restart',
  state: 'done',
  downtimeMs: 185.123,
  failed: 37,
  slow: 2,
  longestGapMs: 185.123,
  totalMs: 980,
  spareCapacity: 0,
  failure: null,
  deployment: {
    ...BEGUN_DEPLOYMENT,
    id: 1,
    release: 'v2',
    strategy: 'restart',
    hosts: ['server-1'],
    startedAtMs: 1500,
    steps: [STEP],
  },
  cells: { at: [0, 1, 2, 3, 50], ok: [1, 1, 0, 0, 1], slow: [0, 0, 1, 0, 0], failed: [0, 0, 0, 2, 0] },
  trafficStartedAtMs: 1000,
}
const CANARY: ComparedStrategy = {
  ...RESTART,
  strategy: 'canary',
  state: 'failed',
  downtimeMs: null,
  failed: null,
  slow: null,
  longestGapMs: null,
  totalMs: null,
  spareCapacity: 0.5,
  deployment: null,
  cells: null,
  failure: { code: 'CANARY_REFUSED', message: '5 of 9 answers, "too many", <failed>.', params: {} },
}
const COMPARISON: ComparisonState = {
  id: 1,
  rate: 200,
  from: 'v1',
  release: 'v2',
  startedAtMs: Date.UTC(2026, 0, 1),
  endedAtMs: null,
  stopped: false,
  rows: [RESTART, CANARY],
  resolutionMs: 5,
}

describe('a comparison', () => {
  it('as CSV has a line for each strategy, and empty cells where nothing was measured', () => {
    expect(comparisonCsv(COMPARISON).split('\r\n')).toEqual([
      'strategy,state,downtimeMs,failed,slow,longestGapMs,totalMs,spareCapacity',
      'restart,done,185.12,37,2,185.12,980,0',
      'canary,failed,,,,,,0.5',
      '',
    ])
  })

  it('as a page needs nothing else and runs nothing', () => {
    const page = comparisonHtml(COMPARISON, reportWords())
    expect(page).not.toMatch(/<script|<link|<img|(?:src|href)=|@import|https?:/i)
    expect(page).toContain('&lt;failed&gt;')
    expect(page).not.toContain('<failed>')
    expect(page).toContain('server-1: stop')
    expect(page.match(/<section>/g)).toHaveLength(1)
  })

  it('shows time by kind: what was answered, slow and failed, one after the other', () => {
    const page = comparisonHtml(COMPARISON, reportWords())
    const strip = page.slice(page.indexOf('<section>'))
    const kinds = [...strip.matchAll(/<rect x="([\d.]+)"[^>]*fill="url\(#(\w+)\)"/g)].map(([, x, kind]) => [
      Number(x),
      kind,
    ])
    // 51 cells of 10 ms are 900 wide.
    const at = (ms: number): number => Math.round((ms / 510) * 9000) / 10
    expect(kinds).toEqual([
      [0, 'ok'],
      [at(20), 'slow'],
      [at(30), 'failed'],
      [at(500), 'ok'],
    ])
  })

  it('speaks the language that it is given, and English for the rest', () => {
    const page = comparisonHtml(COMPARISON, reportWords({ language: 'fr', title: 'Stratégies comparées' }))
    expect(page).toContain('<html lang="fr">')
    expect(page).toContain('<h1>Stratégies comparées</h1>')
    expect(page).toContain(ENGLISH_REPORT_WORDS.downtimeIs)
  })

  it('leaves a place that has no value as it is', () => {
    expect(fillWord('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  })
})
