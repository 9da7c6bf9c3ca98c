import { describe, expect, it } from 'vitest'
import { EMPTY_LAB, type LabState, type ServiceState } from '../../../../services/contract/index.ts'
import { callerOf, isLastStop, stopWords, targetOf } from '../../../../services/engine/network/step-words.ts'
import type { Held } from '../../../../services/protocols/nic/messages.ts'

function service(id: string, role: ServiceState['role'], host: string): ServiceState {
  return { id, role, host, address: '127.10.0.9', port: 8080 } as ServiceState
}

const LAB: LabState = {
  ...EMPTY_LAB,
  services: [
    service('dns-1', 'dns', 'ns-1'),
    service('lb-1', 'load-balancer', 'balancer-1'),
    service('web-1', 'web-server', 'server-1'),
    service('app-1', 'app-server', 'server-1'),
    service('web-2', 'web-server', 'server-2'),
    service('db-1', 'database', 'database-1'),
  ],
  links: [
    { id: 'client>dns-1', from: 'client', to: 'dns-1', protocol: 'DNS' },
    { id: 'client>lb-1', from: 'client', to: 'lb-1', protocol: 'HTTP' },
    { id: 'lb-1>web-1', from: 'lb-1', to: 'web-1', protocol: 'HTTP' },
    { id: 'lb-1>web-2', from: 'lb-1', to: 'web-2', protocol: 'HTTP' },
    { id: 'web-1>app-1', from: 'web-1', to: 'app-1', protocol: 'HTTP' },
    { id: 'app-1>db-1', from: 'app-1', to: 'db-1', protocol: 'Hrana' },
  ],
  backends: [
    { balancer: 'lb-1', backend: 'servers', server: 'web-1', service: 'web-1', state: 'up', weight: 1, sessions: 0 },
    { balancer: 'lb-1', backend: 'servers', server: 'web-2', service: 'web-2', state: 'down', weight: 1, sessions: 0 },
  ],
}

function held(
  service_: string,
  message: Held['message'],
  caller: string | null,
  title = 'GET /guestbook HTTP/1.1',
): Held {
  const out = message === 'response' || message === 'answer'
  const client = { host: caller, address: '127.10.0.2', port: 5000 }
  const server = { host: 'there', address: '127.10.0.9', port: 8080 }
  return {
    ...{ holdId: 1, traceId: 'a'.repeat(32), no: 7, connection: 1, direction: out ? 'out' : 'in', host: 'there' },
    ...{ service: service_, message, title, timeNs: 0, from: out ? server : client, to: out ? client : server },
  }
}

function words(of: Held, from: string, to: string, isFile = false): ReturnType<typeof stopWords> {
  return stopWords({ held: of, from, to, trace: null, state: LAB, isFile, algorithmOf: () => 'leastconn' })
}

describe('the words of a stop', () => {
  it('leave the choice to the balancer, among the servers that it thinks well of', () => {
    const told = words(held('lb-1', 'request', null), 'client', 'lb-1')
    expect(told.why).toMatchObject({ key: 'request', params: { target: '/guestbook', address: '127.10.0.9' } })
    expect(told.next).toEqual({
      key: 'balancerWillChoose',
      params: { balancer: 'lb-1', algorithm: 'leastconn', candidates: 'web-1' },
    })
    expect(told.answers).toEqual(['web-1'])
    expect([...told.choices].sort()).toEqual(['client', 'web-1', 'web-2'])
  })

  it('tell why a balancer chose', () => {
    expect(words(held('web-1', 'request', 'balancer-1'), 'lb-1', 'web-1').why).toEqual({
      key: 'balancerChose',
      params: { balancer: 'lb-1', server: 'web-1', algorithm: 'leastconn', backends: 'web-1 UP, web-2 DOWN' },
    })
  })

  it('know a file from a page that the application makes', () => {
    const file = words(held('web-1', 'request', 'balancer-1'), 'lb-1', 'web-1', true)
    expect([file.next.key, file.answers]).toEqual(['webWillServe', ['lb-1']])
    const page = words(held('web-1', 'request', 'balancer-1'), 'lb-1', 'web-1', false)
    expect([page.next.key, page.answers]).toEqual(['webWillPass', ['app-1']])
  })

  it('lead from the name to the address, and at the end to the browser', () => {
    const answer = words(held('dns-1', 'answer', null, 'www.foobar.com'), 'dns-1', 'client')
    expect([answer.next.key, answer.answers]).toEqual(['connectTo', ['lb-1']])
    const last = words(held('lb-1', 'response', null, 'HTTP/1.1 200 OK'), 'lb-1', 'client')
    expect([last.why.params['status'], last.next.key, last.answers]).toEqual(['200 OK', 'shown', ['client']])
  })
})

it('finds who called by host and link', () => {
  expect(callerOf(held('app-1', 'request', 'server-1'), LAB)).toMatchObject({
    caller: 'web-1',
    link: { id: 'web-1>app-1' },
  })
  expect(callerOf(held('lb-1', 'response', null), LAB)).toMatchObject({ caller: 'client', link: { id: 'client>lb-1' } })
  expect(callerOf(held('db-1', 'request', 'server-2'), LAB)).toEqual({ caller: 'server-2', link: null })
})

it('reads targets and the last stop', () => {
  expect(targetOf('GET /a?b HTTP/1.1')).toBe('/a?b')
  expect(isLastStop({ message: 'response', to: 'client' })).toBe(true)
  expect(isLastStop({ message: 'answer', to: 'client' })).toBe(false)
})
