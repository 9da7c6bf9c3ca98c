import { describe, expect, it } from 'vitest'
import { traceIdOf } from '../../../../services/protocols/nic/traceparent.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

describe('a traceparent', () => {
  it('gives its trace id', () => {
    expect(traceIdOf(`00-${ID}-${PARENT}-01`)).toBe(ID)
    expect(traceIdOf(`cc-${ID}-${PARENT}-01-what-the-future-brings`)).toBe(ID)
  })

  it.each([
    null,
    '',
    `ff-${ID}-${PARENT}-01`,
    `00-${ID}-${PARENT}-01-more`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `00-${ID.toUpperCase()}-${PARENT}-01`,
    `00-${ID}-${PARENT}`,
  ])('gives nothing for %s', (value) => {
    expect(traceIdOf(value)).toBeNull()
  })
})
