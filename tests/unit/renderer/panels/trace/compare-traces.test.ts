import { expect, it } from 'vitest'
import { compareTraces } from '../../../../../renderer/src/panels/trace/compare-traces.ts'
import { aHop, aTrace } from './traces.ts'

const roleOf = (service: string): string => service.split('-')[0] ?? ''

it('sets hops of the same roles side by side and says what differs', () => {
  const first = aTrace([aHop({ from: 'lb-1', to: 'web-1', endNs: 100 })])
  const second = aTrace([aHop({ from: 'lb-1', to: 'web-2', endNs: 130, status: 500, connection: 'reused' })])
  expect(compareTraces(first, second, roleOf)).toMatchObject([
    { firstNs: 100, secondNs: 130, differenceNs: 30, differences: ['server', 'status', 'connection'] },
  ])
})

it('keeps what only one of them had', () => {
  const refused = aHop({ from: 'lb-1', to: 'web-1', failed: 'refused', requestLine: '' })
  const first = aTrace([refused, aHop({ from: 'lb-1', to: 'web-2', attempt: 2 })])
  const second = aTrace([aHop({ from: 'lb-1', to: 'web-2' }), aHop({ from: 'app-1', to: 'db-1' })])
  const rows = compareTraces(first, second, roleOf).map(({ differences }) => differences)
  expect(rows).toEqual([['onlyFirst'], ['attempt'], ['onlySecond']])
})

it('leaves held time out', () => {
  const timing = { ...aHop().timing, heldNs: 80 }
  const [row] = compareTraces(aTrace([aHop({ timing })]), aTrace([aHop()]), roleOf)
  expect(row?.firstNs).toBe(20)
})
