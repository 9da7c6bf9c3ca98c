import { describe, expect, it } from 'vitest'
import { faultOrder } from '../../../../services/contract/index.ts'
import { choicesAt, FAULT_CHOICES, specOf, type FaultPlace } from '../../../../renderer/src/model/fault-choices.ts'

const PLACES: readonly FaultPlace[] = [
  { target: 'service', id: 'web-1' },
  { target: 'host', id: 'server-1' },
  { target: 'link', id: 'lb-1>web-1' },
]
const ALL = PLACES.flatMap((place) => FAULT_CHOICES[place.target].map((choice) => ({ place, choice })))

describe('what the dialog of faults offers', () => {
  it.each(ALL)('$choice.kind on $place.id is what the engine understands, as offered at first', ({ place, choice }) => {
    const spec = specOf({ place, choice, values: {}, address: choice.address ?? '', direction: 'both' })
    const order = faultOrder.safeParse({ spec })
    expect(order.error).toBe(undefined)
    expect(order.data?.spec).toEqual(spec)
  })

  it('is of a service only what makes sense for its role', () => {
    const kinds = (role: 'database' | 'dns' | 'web-server'): string[] =>
      choicesAt('service', role).map(({ kind }) => kind)
    expect(kinds('database')).toContain('disk-full')
    expect(kinds('dns')).toContain('dns-servfail')
    expect(kinds('web-server').filter((kind) => kind === 'disk-full' || kind.startsWith('dns-'))).toEqual([])
  })

  it('sends the figures and the direction that were chosen', () => {
    const [, place] = PLACES
    const choice = FAULT_CHOICES.host.find(({ kind }) => kind === 'latency')
    if (place === undefined || choice === undefined) throw new Error('latency is not offered')
    expect(specOf({ place, choice, values: { ms: 250, other: 1 }, address: '', direction: 'back' })).toEqual({
      fault: 'latency',
      target: 'nic',
      host: 'server-1',
      ms: 250,
      jitterMs: 0,
      direction: 'back',
    })
  })
})
