import { describe, expect, it } from 'vitest'
import { releaseOf, servicesOf } from '../../../../services/engine/browser/via.ts'

describe('servicesOf', () => {
  it('orders services from the client inward', () => {
    expect(servicesOf({ via: '1.1 web-1, 1.1 lb-1', 'x-served-by': 'app-1', 'x-database': 'db-1' })).toEqual([
      'lb-1',
      'web-1',
      'app-1',
      'db-1',
    ])
  })

  it('names a server once, and none where nobody said so', () => {
    expect(servicesOf({ via: '1.1 lb-1', 'x-served-by': 'lb-1' })).toEqual(['lb-1'])
    expect(servicesOf({})).toEqual([])
  })
})

describe('releaseOf', () => {
  it('reads the release, or nothing', () => {
    expect(releaseOf({ 'x-release': 'v2' })).toBe('v2')
    expect(releaseOf({})).toBeNull()
  })
})
