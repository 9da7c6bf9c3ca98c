import { describe, expect, it } from 'vitest'
import { startTrace } from '../../../../services/engine/browser/trace-context.ts'

describe('startTrace', () => {
  it('makes headers of one trace with parent ids of their own', () => {
    const trace = startTrace()
    const [first, second] = [trace.header(), trace.header()]
    expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(first.slice(0, 35)).toBe(second.slice(0, 35))
    expect(first).toContain(trace.traceId)
    expect(first).not.toBe(second)
  })
})
