import { describe, expect, it } from 'vitest'
import { conditionHolds } from '../../../../services/protocols/hrana/batch-condition.ts'
import type { BatchCondition } from '../../../../services/protocols/hrana/messages.ts'

const OK: BatchCondition = { type: 'ok', step: 0 }
const FAILED: BatchCondition = { type: 'error', step: 1 }
const SKIPPED_OK: BatchCondition = { type: 'ok', step: 2 }

function holds(condition: BatchCondition, autocommit = true): boolean {
  return conditionHolds(condition, { outcomes: ['ok', 'error', 'skipped'], isAutocommit: () => autocommit })
}

describe('batch conditions', () => {
  it('look at the outcome of a step', () => {
    expect(holds(OK)).toBe(true)
    expect(holds({ type: 'error', step: 0 })).toBe(false)
    expect(holds(FAILED)).toBe(true)
    expect(holds({ type: 'ok', step: 1 })).toBe(false)
  })

  it('take a skipped step neither for done nor for failed', () => {
    expect(holds(SKIPPED_OK)).toBe(false)
    expect(holds({ type: 'error', step: 2 })).toBe(false)
    expect(holds({ type: 'not', cond: SKIPPED_OK })).toBe(true)
  })

  it('combine', () => {
    expect(holds({ type: 'and', conds: [OK, FAILED] })).toBe(true)
    expect(holds({ type: 'and', conds: [OK, SKIPPED_OK] })).toBe(false)
    expect(holds({ type: 'or', conds: [SKIPPED_OK, FAILED] })).toBe(true)
    expect(holds({ type: 'or', conds: [SKIPPED_OK, { type: 'not', cond: OK }] })).toBe(false)
  })

  it('of nothing: all hold, none holds', () => {
    expect(holds({ type: 'and', conds: [] })).toBe(true)
    expect(holds({ type: 'or', conds: [] })).toBe(false)
  })

  it('ask for the open transaction', () => {
    expect(holds({ type: 'is_autocommit' }, true)).toBe(true)
    expect(holds({ type: 'is_autocommit' }, false)).toBe(false)
  })
})
