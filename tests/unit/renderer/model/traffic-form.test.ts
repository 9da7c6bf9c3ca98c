import { describe, expect, it } from 'vitest'
import { FIRST_TRAFFIC_FORM, orderOf, type TrafficForm } from '../../../../renderer/src/model/traffic-form.ts'
import { trafficOrder } from '../../../../services/contract/traffic-order.ts'

const order = (change: Partial<TrafficForm>) => orderOf({ ...FIRST_TRAFFIC_FORM, ...change })

describe('orderOf', () => {
  it('makes orders that the contract takes', () => {
    const full = order({ rampTo: 200, seconds: 30, urls: '/\n /guestbook 3 \n\nhttp://www.foobar.com:8080/about' })
    expect(full).toEqual({
      rate: 100,
      rampTo: 200,
      seconds: 30,
      connections: 'keep-alive',
      slowMs: 500,
      urls: [{ url: '/' }, { url: '/guestbook', weight: 3 }, { url: 'http://www.foobar.com:8080/about' }],
    })
    for (const made of [full, order({})]) expect(trafficOrder.safeParse(made).success).toBe(true)
  })

  it.each([
    [{ rate: '' }, 'rate'],
    [{ rate: 2001 }, 'rate'],
    [{ rampTo: 0, seconds: 3 }, 'rampTo'],
    [{ rampTo: 10 }, 'rampNeedsSeconds'],
    [{ seconds: 0 }, 'seconds'],
    [{ seconds: 3601 }, 'seconds'],
    [{ slowMs: '' }, 'slowMs'],
    [{ urls: 'guestbook' }, 'urls'],
    [{ urls: '/ 0' }, 'urls'],
    [{ urls: '/\n'.repeat(33) }, 'urls'],
  ] as const)('says what is wrong with %j', (change, problem) => {
    expect(order(change)).toBe(problem)
  })
})
