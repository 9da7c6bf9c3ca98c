import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DatagramWire } from '../../../../../services/programs/nic/faults/datagram-wire.ts'
import { WireFaults } from '../../../../../services/programs/nic/faults/wire-faults.ts'
import type { WireFaultOrder } from '../../../../../services/protocols/nic/faults.ts'

const PATH = { peerHost: null, host: 'ns-1', service: 'dns-1' }

let faults: WireFaults
let wire: DatagramWire
let arrived: string[]
let delays: number[]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  arrived = []
  delays = []
  wire = new DatagramWire()
  faults = new WireFaults(() => wire.change())
})
afterEach(() => vi.useRealTimers())

function set(fault: number, order: WireFaultOrder): void {
  faults.set({ fault, place: { on: 'host', host: 'ns-1' }, direction: 'both', order })
}

function send(name: string): string | null {
  const { mark, delayMs } = wire.send(
    false,
    100,
    () => faults.on(PATH, false),
    () => void arrived.push(name),
  )
  delays.push(delayMs)
  return mark
}

it('is late or lost, and says so', () => {
  set(1, { kind: 'latency', ms: 50, jitterMs: 0 })
  expect(send('late')).toBe('delayed')
  expect(delays).toEqual([50])
  vi.advanceTimersByTime(49)
  expect(arrived).toEqual([])
  vi.advanceTimersByTime(2)
  expect(arrived).toEqual(['late'])
  expect(faults.figures()).toMatchObject([{ passed: 1, dropped: 0 }])
  set(2, { kind: 'unplug' })
  expect(send('lost')).toBe('dropped')
  vi.advanceTimersByTime(1000)
  expect(arrived).toEqual(['late'])
})

it('leaves no timer behind: what is under way arrives at once when the last fault is over', () => {
  set(1, { kind: 'latency', ms: 5000, jitterMs: 0 })
  set(2, { kind: 'latency', ms: 1000, jitterMs: 0 })
  send('late')
  faults.clear(1)
  expect(arrived).toEqual([])
  faults.clear(2)
  expect(arrived).toEqual(['late'])
  expect(vi.getTimerCount()).toBe(0)
})

it('passes at once where nothing lies in the way, and not at all when its port is closed', () => {
  expect(send('plain')).toBe(null)
  expect(arrived).toEqual(['plain'])
  set(1, { kind: 'latency', ms: 10, jitterMs: 0 })
  send('too late')
  wire.close()
  vi.advanceTimersByTime(100)
  expect(arrived).toEqual(['plain'])
})
