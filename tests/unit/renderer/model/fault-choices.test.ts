import { describe, expect, it } from 'vitest'
import { faultOrder } from '../../../../services/contract/index.ts'
import { faultChoices, specOf, type FaultPlace } from '../../../../renderer/src/model/fault-choices.ts'

const PLACES: readonly FaultPlace[] = [
  { target: 'service', id: 'web-1' },
  { target: 'host', id: 'server-1' },
  { target: 'link', id: 'lb-1>web-1' },
]
const ROLES = ['dns', 'load-balancer', 'web-server', 'app-server', 'database'] as const
const ALL = PLACES.flatMap((place) =>
  ROLES.flatMap((role) => faultChoices(place.target, role).map((choice) => ({ place, choice, role }))),
)

describe('what the dialog of faults offers', () => {
  it.each(ALL)(
    '$choice.kind on $place.id ($role) is what the engine understands, as offered at first',
    ({ place, choice }) => {
      const spec = specOf({ place, choice, values: {}, direction: 'both', address: '127.10.0.21' })
      const order = faultOrder.safeParse({ spec })
      expect(order.error).toBe(undefined)
      expect(order.data?.spec).toEqual(spec)
    },
  )

  it('sends the figures and the direction that were chosen', () => {
    const [, place] = PLACES
    const choice = faultChoices('host', null).find(({ kind }) => kind === 'latency')
    if (place === undefined || choice === undefined) throw new Error('latency is not offered')
    expect(specOf({ place, choice, values: { ms: 250, other: 1 }, direction: 'back', address: '' })).toEqual({
      fault: 'latency',
      target: 'nic',
      host: 'server-1',
      ms: 250,
      jitterMs: 0,
      direction: 'back',
    })
  })
})
