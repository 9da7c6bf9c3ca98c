import { describe, expect, it } from 'vitest'
import { RestartBudget } from '../../../../electron/main/restart-budget.ts'

describe('RestartBudget', () => {
  it('allows three restarts a minute', () => {
    let now = 0
    const budget = new RestartBudget(() => now)
    expect([budget.take(), budget.take(), budget.take(), budget.take()]).toEqual([true, true, true, false])
    now = 59_999
    expect(budget.take()).toBe(false)
    now = 60_000
    expect(budget.take()).toBe(true)
  })
})
