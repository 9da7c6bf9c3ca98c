import { describe, expect, it } from 'vitest'
import {
  createBalancer,
  eligible,
  hashAddress,
  type Candidate,
} from '../../../../services/protocols/balancing/balancing.ts'

const server = (name: string, weight = 1, sessions = 0): Candidate => ({ name, weight, sessions })

/** The names chosen in so many turns. */
function turns(balancer: ReturnType<typeof createBalancer>, candidates: readonly Candidate[], count: number): string {
  return Array.from({ length: count }, () => balancer.choose(candidates, '').name).join('')
}

function share(names: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

describe('roundrobin', () => {
  it('takes turns', () => {
    expect(turns(createBalancer('roundrobin'), [server('a'), server('b'), server('c')], 7)).toBe('abcabca')
  })

  it('follows the weights without bursts', () => {
    const names = turns(createBalancer('roundrobin'), [server('a', 4), server('b', 2), server('c', 1)], 70)
    expect(share(names)).toEqual({ a: 40, b: 20, c: 10 })
    expect(names).not.toContain('aaa')
    expect(names).not.toContain('bb')
  })

  it('goes on evenly when a server leaves and comes back', () => {
    const balancer = createBalancer('roundrobin')
    const [a, b] = [server('a'), server('b')]
    expect(turns(balancer, [a, b], 3)).toBe('aba')
    expect(turns(balancer, [a], 3)).toBe('aaa')
    expect(share(turns(balancer, [a, b], 10))).toEqual({ a: 5, b: 5 })
  })
})

describe('leastconn', () => {
  it('takes the fewest sessions for the weight', () => {
    const balancer = createBalancer('leastconn')
    expect(balancer.choose([server('a', 1, 2), server('b', 1, 1)], '').name).toBe('b')
    expect(balancer.choose([server('a', 10, 5), server('b', 1, 1)], '').name).toBe('a')
  })

  it('takes turns among equals', () => {
    expect(turns(createBalancer('leastconn'), [server('a'), server('b'), server('c', 1, 1)], 4)).toBe('abab')
  })
})

describe('source', () => {
  const clients = Array.from({ length: 1000 }, (_, index) => `127.0.${index >> 8}.${index & 255}`)
  const all = [server('a', 3), server('b', 1)]

  it('sends a client to the same server always', () => {
    const choose = (client: string): string => createBalancer('source').choose(all, client).name
    for (const client of clients.slice(0, 50)) expect(choose(client)).toBe(choose(client))
  })

  it('shares clients by weight', () => {
    const balancer = createBalancer('source')
    const counts = share(clients.map((client) => balancer.choose(all, client).name).join(''))
    expect(counts['a']).toBeGreaterThan(690)
    expect(counts['a']).toBeLessThan(810)
  })

  it('hashes to 32 bits', () => {
    for (const client of clients) {
      expect(Number.isInteger(hashAddress(client))).toBe(true)
      expect(hashAddress(client) / 2 ** 32).toBeLessThan(1)
      expect(hashAddress(client)).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('random', () => {
  it('draws twice by weight and takes the less loaded', () => {
    const draws = (values: number[]) => (): number => values.shift() ?? 0
    const all = [server('a', 3, 9), server('b', 1, 0)]
    expect(createBalancer('random', draws([0.1, 0.9])).choose(all, '').name).toBe('b')
    expect(createBalancer('random', draws([0.1, 0.74])).choose(all, '').name).toBe('a')
    expect(createBalancer('random', draws([0.76, 0.1])).choose(all, '').name).toBe('b')
  })
})

it('first: the first one, as long as it is offered', () => {
  expect(turns(createBalancer('first'), [server('a'), server('b')], 3)).toBe('aaa')
})

it.each(['roundrobin', 'leastconn', 'source', 'random', 'first'] as const)(
  '%s refuses to choose among none',
  (algorithm) => {
    expect(() => createBalancer(algorithm).choose([], '')).toThrow()
  },
)

it('uses one backup at a time, and only when nobody else is left', () => {
  const one = (name: string, backup: boolean): Candidate & { backup: boolean } => ({ ...server(name), backup })
  const names = (all: readonly (Candidate & { backup: boolean })[]): string =>
    eligible(all)
      .map(({ name }) => name)
      .join('')
  expect(names([one('x', true), one('a', false), one('b', false)])).toBe('ab')
  expect(names([one('x', true), one('y', true)])).toBe('x')
  expect(names([])).toBe('')
})
