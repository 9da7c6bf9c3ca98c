import { expect, it } from 'vitest'
import { FAKE_PLANS } from '../../../../renderer/src/client/fake/plans.ts'
import { HOP_MS, requestHops } from '../../../../renderer/src/model/request-path.ts'
import type { RequestResult } from '../../../../services/contract/index.ts'

const links = FAKE_PLANS.find((plan) => plan.id.startsWith('1-'))?.links ?? []
const resolved = { name: 'www.foobar.com', address: '127.10.0.10', ttlSeconds: 60, ageSeconds: null }

function hops(change: Pick<RequestResult, 'via' | 'resolved'>): string[] {
  return requestHops(change as RequestResult, links).map(({ link, back }) => (back ? `${link} back` : link))
}

it('goes to the DNS and back, along the services and all the way back', () => {
  expect(hops({ resolved, via: ['lb-1', 'web-1', 'app-1'] })).toEqual([
    'client>dns-1',
    'client>dns-1 back',
    'client>lb-1',
    'lb-1>web-1',
    'web-1>app-1',
    'web-1>app-1 back',
    'lb-1>web-1 back',
    'client>lb-1 back',
  ])
})

it('ends at the DNS when there was no answer', () => {
  expect(hops({ resolved: null, via: [] })).toEqual(['client>dns-1'])
})

it('sets off one hop after the other', () => {
  const delays = requestHops({ resolved, via: ['lb-1'] } as unknown as RequestResult, links).map((hop) => hop.delayMs)
  expect(delays).toEqual([0, HOP_MS, 2 * HOP_MS, 3 * HOP_MS])
})
