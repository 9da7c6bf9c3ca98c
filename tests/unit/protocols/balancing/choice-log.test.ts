import { expect, it } from 'vitest'
import { createBalancer } from '../../../../services/protocols/balancing/balancing.ts'
import { ChoiceLog, formatChoices, parseChoices } from '../../../../services/protocols/balancing/choice-log.ts'
import { sharesOf } from '../../../../services/protocols/balancing/shares.ts'

const choice = (server: string) => ({
  ...{ atMs: 1, client: '127.10.0.2', request: 'GET /', server, algorithm: 'roundrobin', detail: '', retry: false },
  ...{ reason: 'credit' as const, candidates: [{ server, weight: 1, value: 1 }] },
})

it('keeps the last choices, and gives those after a number', () => {
  const log = new ChoiceLog(3)
  for (const server of ['a', 'b', 'c', 'd', 'e']) log.add(choice(server))
  expect(log.since(0, 10).map(({ no, server }) => `${no}${server}`)).toEqual(['3c', '4d', '5e'])
  expect(log.since(4, 10).map(({ no }) => no)).toEqual([5])
  expect(log.since(0, 2).map(({ no }) => no)).toEqual([4, 5])
  expect(log.since(9, 2)).toEqual([])
  const read = parseChoices(`${formatChoices(log.since(0, 10))}\nUnknown command\n{"no":1}\n`, 'lb-1')
  expect(read).toEqual(log.since(0, 10).map((one) => ({ ...one, balancer: 'lb-1' })))
})

it.each(['roundrobin', 'leastconn', 'first'] as const)('%s: what is weighed is what is chosen by', (algorithm) => {
  const balancer = createBalancer(algorithm)
  const candidates = [1, 2, 3].map((weight) => ({ name: `s${weight}`, weight, sessions: (weight * 7) % 4 }))
  for (let turn = 0; turn < 20; turn += 1) {
    const { values } = balancer.weigh(candidates, '')
    const best = algorithm === 'roundrobin' ? Math.max(...values) : Math.min(...values)
    const chosen = balancer.choose(candidates, '')
    expect(values[candidates.indexOf(chosen)]).toBe(best)
  }
})

it('source and random tell their place on the line of weights', () => {
  const candidates = [1, 3].map((weight) => ({ name: `s${weight}`, weight, sessions: 0 }))
  const source = createBalancer<(typeof candidates)[number]>('source')
  const { values, detail } = source.weigh(candidates, '127.10.0.2')
  expect(values).toEqual([0.25, 1])
  expect(source.choose(candidates, '127.10.0.2').name).toBe(Number(detail) < 0.25 ? 's1' : 's3')
  const random = createBalancer('random', () => 0.5)
  random.choose(candidates, '')
  expect(random.detail).toBe('0.500 0.500')
})

it('holds measured shares against what the algorithm promises', () => {
  const server = (name: string, requests: number, weight = 1, backup = false) => ({
    ...{ server: name, requests, weight, backup, health: 'up' as const },
  })
  expect(sharesOf('roundrobin', [server('a', 75, 3), server('b', 25)])).toMatchObject([
    { measured: 0.75, promised: 0.75, error: 0 },
    { measured: 0.25, promised: 0.25, error: 0 },
  ])
  const [draw] = sharesOf('random', [server('a', 50), server('b', 50)])
  expect(draw).toMatchObject({ promised: 0.5, error: 0.1 })
  expect(sharesOf('leastconn', [server('a', 9), server('b', 1)])[0]?.promised).toBeNull()
  expect(sharesOf('roundrobin', [server('a', 9), server('b', 0, 1, true)]).map((one) => one.promised)).toEqual([1, 0])
  expect(sharesOf('first', [server('a', 0), server('b', 0)]).map((one) => one.promised)).toEqual([1, 0])
})
