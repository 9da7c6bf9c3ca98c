import { describe, expect, it } from 'vitest'
import { nearestWord } from '../../../../services/protocols/text/nearest.ts'

describe('nearestWord', () => {
  it('finds a word with a typing mistake', () => {
    expect(nearestWord('roundrobbin', ['leastconn', 'roundrobin'])).toBe('roundrobin')
    expect(nearestWord('WEIGHT', ['weight'])).toBe('weight')
  })

  it('suggests nothing when nothing is near', () => {
    expect(nearestWord('banana', ['weight', 'port'])).toBeNull()
    expect(nearestWord('x', [])).toBeNull()
  })
})
