import { describe, expect, it } from 'vitest'
import type { WireDirection, WireFaultOrder, WirePlace } from '../../../../../services/protocols/nic/faults.ts'
import { WireFaults, type WirePath } from '../../../../../services/programs/nic/faults/wire-faults.ts'

const HOST: WirePlace = { on: 'host', host: 'server-1' }
const TO_WEB: WirePath = { peerHost: 'lb-1', host: 'server-1', service: 'web-1' }
const TO_DATABASE: WirePath = { peerHost: 'server-1', host: 'db', service: 'sqlite' }
const INSIDE: WirePath = { peerHost: 'server-1', host: 'server-1', service: 'app-1' }
const FROM_CLIENT: WirePath = { peerHost: null, host: 'server-1', service: 'web-1' }

function one(place: WirePlace, direction: WireDirection, order: WireFaultOrder = { kind: 'unplug' }): WireFaults {
  const faults = new WireFaults(() => undefined)
  faults.set({ fault: 1, place, direction, order })
  return faults
}

/** In which direction of a path something lies in the way: of requests, of answers. */
function ways(faults: WireFaults, path: WirePath): string {
  return [faults.on(path, false).length > 0 ? 'in' : '', faults.on(path, true).length > 0 ? 'out' : ''].join('')
}

describe('faults on a path', () => {
  it.each([
    ['both', 'inout', 'inout'],
    // Into the host: requests to it, and answers to what it asked.
    ['forward', 'in', 'out'],
    ['back', 'out', 'in'],
  ] as const)('of a host, %s: what it is asked %s, what it asks %s', (direction, asked, asks) => {
    const faults = one(HOST, direction)
    expect(ways(faults, TO_WEB)).toBe(asked)
    expect(ways(faults, FROM_CLIENT)).toBe(asked)
    expect(ways(faults, TO_DATABASE)).toBe(asks)
    expect(ways(faults, INSIDE)).toBe('')
  })

  it('of a link are on that link only', () => {
    const faults = one({ on: 'link', from: 'lb-1', service: 'web-1', only: false }, 'forward')
    expect(ways(faults, TO_WEB)).toBe('in')
    expect(ways(faults, FROM_CLIENT)).toBe('')
    expect(faults.forAll('server-1', 'web-1')).toBe(null)
  })

  it('say what becomes of a new connection: silence is stronger than a refusal', () => {
    const faults = one(HOST, 'both', { kind: 'refuse' })
    expect(faults.atConnect(TO_WEB)).toBe('refuse')
    expect(faults.forAll('server-1', 'web-1')).toBe('refuse')
    faults.set({ fault: 2, place: HOST, direction: 'both', order: { kind: 'unplug' } })
    expect(faults.atConnect(TO_WEB)).toBe('silence')
    expect(faults.forAll('server-1', 'web-1')).toBe('silence')
    faults.clear(2)
    faults.clear(1)
    expect(faults.any).toBe(false)
    expect(faults.atConnect(TO_WEB)).toBe(null)
  })

  it('of the only link to a service concern everybody who calls it', () => {
    const faults = one({ on: 'link', from: null, service: 'lb-1', only: true }, 'both', { kind: 'refuse' })
    expect(faults.forAll('lb-1', 'lb-1')).toBe('refuse')
    expect(faults.forAll('server-1', 'web-1')).toBe(null)
  })
})
