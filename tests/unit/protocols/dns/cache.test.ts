import { describe, expect, it } from 'vitest'
import { ResolverCache } from '../../../../services/protocols/dns/cache.ts'
import type { ResourceRecord } from '../../../../services/protocols/dns/records.ts'

const LIMITS = { maxEntries: 3, maxTtlSeconds: 86_400, maxNegativeTtlSeconds: 3600 }

const address = (name: string, ttl: number): ResourceRecord => ({
  name,
  type: 1,
  class: 1,
  ttl,
  data: { type: 'A', address: '10.0.0.1' },
})

function cacheAt(start = 0): { cache: ResolverCache; at: (ms: number) => void } {
  let nowMs = start
  return {
    cache: new ResolverCache(LIMITS, () => nowMs),
    at: (ms) => {
      nowMs = ms
    },
  }
}

const names = (cache: ResolverCache): string[] => cache.list().map(({ name }) => name)

describe('ResolverCache', () => {
  it('lists what is still good, in the order in which it expires', () => {
    const { cache, at } = cacheAt()
    cache.storeRecords([address('long.', 60)])
    cache.storeRecords([address('short.', 5)])
    expect(names(cache)).toEqual(['short.', 'long.'])
    at(5000)
    expect(names(cache)).toEqual(['long.'])
  })

  it('has a bounded size: what was unused for longest gives way', () => {
    const { cache } = cacheAt()
    for (const name of ['a.', 'b.', 'c.']) cache.storeRecords([address(name, 60)])
    cache.find('a.', 1)
    cache.storeRecords([address('d.', 60)])
    expect(names(cache).toSorted()).toEqual(['a.', 'c.', 'd.'])
  })

  it('forgets one name with all its types, or everything', () => {
    const { cache } = cacheAt()
    cache.storeRecords([address('a.', 60)])
    cache.storeRecords([{ ...address('A.', 60), type: 28, data: { type: 'AAAA', address: '::1' } }])
    cache.storeRecords([address('b.', 60)])
    expect(cache.flush('a.')).toBe(2)
    expect(names(cache)).toEqual(['b.'])
    expect(cache.flush()).toBe(1)
    expect(cache.flush()).toBe(0)
  })

  it('takes a TTL beyond 31 bits for 0 (RFC 2181 section 8)', () => {
    const { cache } = cacheAt()
    expect(cache.storeRecords([address('a.', 2 ** 31)])[0]?.ttl).toBe(0)
    expect(cache.find('a.', 1)).toBeNull()
  })

  it('counts how often an entry has answered, unless it is only looked at', () => {
    const { cache } = cacheAt()
    cache.storeRecords([address('a.', 60)])
    cache.find('a.', 1)
    cache.find('a.', 1, false)
    expect(cache.list()[0]?.hits).toBe(1)
  })
})
