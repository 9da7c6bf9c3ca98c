import { describe, expect, it } from 'vitest'
import { judge, MOST_WINDOWS, WINDOW } from '../../../../services/engine/audit/judge.ts'

/** `+` a good outcome, `-` a bad one, one a millisecond; `|` the moment from which they count. */
function judged(text: string): string | null {
  const settledMs = text.indexOf('|')
  const outcomes = [...text.replace('|', '')].map((letter, beginMs) => ({ beginMs, ok: letter === '+' }))
  const verdict = judge(outcomes, settledMs)
  return verdict === null ? null : `${verdict.effect} ${verdict.failed}/${verdict.tried}`
}

const good = '+'.repeat(WINDOW)
const bad = '-'.repeat(WINDOW)
const half = '+-'.repeat(WINDOW / 2)

describe('judge', () => {
  it('waits for a whole window', () => {
    expect(judged(`--|${good.slice(1)}`)).toBeNull()
    expect(judged('|')).toBeNull()
  })

  it('tells what goes on from what failed until health checks noticed', () => {
    expect(judged(`++|${good}`)).toBe(`survives 0/${WINDOW + 2}`)
    expect(judged(`+-|${good}`)).toBe(`degraded 1/${WINDOW + 2}`)
  })

  it('calls down only what answers nothing any more', () => {
    expect(judged(`++|${bad}`)).toBe(`down ${WINDOW}/${WINDOW + 2}`)
  })

  it('looks again at a mixed window, since it may be a hiccup', () => {
    expect(judged(`|${half}`)).toBeNull()
    expect(judged(`|${half}${good}`)).toBe(`degraded ${WINDOW / 2}/${2 * WINDOW}`)
    expect(judged(`|${half.repeat(MOST_WINDOWS)}`)).toBe(
      `partly ${(WINDOW / 2) * MOST_WINDOWS}/${WINDOW * MOST_WINDOWS}`,
    )
  })
})
