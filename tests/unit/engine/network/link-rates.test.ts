import { expect, it } from 'vitest'
import type { LinkState } from '../../../../services/contract/index.ts'
import { LinkRates } from '../../../../services/engine/network/link-rates.ts'
import type { LinkStats } from '../../../../services/protocols/nic/messages.ts'

const LINKS: readonly LinkState[] = [
  { id: 'client>lb-1', from: 'client', to: 'lb-1', protocol: 'HTTP' },
  { id: 'lb-1>web-1', from: 'lb-1', to: 'web-1', protocol: 'HTTP' },
]
const SERVICES = [
  { id: 'lb-1', host: 'balancer-1' },
  { id: 'web-1', host: 'server-1' },
]

function counted(from: string | null, service: string, packets: number, bytes: number): LinkStats {
  return {
    ...{ from, to: 'host', service, connections: 2 },
    ...{ packetsIn: packets, packetsOut: packets, bytesIn: bytes, bytesOut: 0 },
  }
}

it('turns counters into rates since the last look, by link', () => {
  const rates = new LinkRates()
  const first = [counted(null, 'lb-1', 10, 500), counted('balancer-1', 'web-1', 4, 100)]
  expect(rates.take(first, 1000, LINKS, SERVICES).map(({ packetsPerSecond }) => packetsPerSecond)).toEqual([0, 0])
  const second = [counted(null, 'lb-1', 15, 1500), counted('balancer-1', 'web-1', 4, 100)]
  expect(rates.take(second, 1500, LINKS, SERVICES)).toEqual([
    { link: 'client>lb-1', packetsPerSecond: 20, bytesPerSecond: 2000, connections: 2 },
    { link: 'lb-1>web-1', packetsPerSecond: 0, bytesPerSecond: 0, connections: 2 },
  ])
})

it('leaves out links that were never used, and strangers', () => {
  const rates = new LinkRates()
  const stats = [counted('nobody', 'web-1', 4, 100), counted(null, 'lb-1', 1, 1)]
  expect(rates.take(stats, 0, LINKS, SERVICES).map(({ link }) => link)).toEqual(['client>lb-1'])
})

it('never goes below nought when another network card counts anew', () => {
  const rates = new LinkRates()
  rates.take([counted(null, 'lb-1', 100, 9000)], 0, LINKS, SERVICES)
  expect(rates.take([counted(null, 'lb-1', 1, 10)], 1000, LINKS, SERVICES)[0]).toMatchObject({
    packetsPerSecond: 0,
    bytesPerSecond: 0,
  })
})
