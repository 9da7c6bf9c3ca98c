import { describe, expect, it } from 'vitest'
import { SERVICE_ACTIONS, SERVICE_STATES } from '../../../../services/contract/names.ts'
import { canChange, isAllowed } from '../../../../services/engine/supervisor/states.ts'

describe('service states', () => {
  it('never becomes ready without running, and never runs without starting', () => {
    expect(SERVICE_STATES.filter((from) => canChange(from, 'ready'))).toEqual(['running', 'frozen'])
    expect(SERVICE_STATES.filter((from) => canChange(from, 'starting'))).toEqual(['stopped', 'failed'])
  })

  it('offers at least one action in every state', () => {
    for (const state of SERVICE_STATES) expect(SERVICE_ACTIONS.some((action) => isAllowed(action, state))).toBe(true)
  })

  it('lets a stuck process be killed while it stops', () => {
    expect(isAllowed('kill', 'stopping')).toBe(true)
    expect(isAllowed('start', 'stopping')).toBe(false)
  })
})
