import { describe, expect, it } from 'vitest'
import { FAKE_PLANS, toServices } from '../../../../renderer/src/client/fake/plans.ts'
import { serviceActions, type Circumstances } from '../../../../renderer/src/model/service-actions.ts'
import type { Capabilities, ServiceState } from '../../../../services/contract/index.ts'

const calm: Circumstances = { phase: 'running', capabilities: null, busy: false, deploying: false }

function service(change: Partial<ServiceState>): ServiceState {
  const [first] = FAKE_PLANS.slice(0, 1).flatMap((plan) => toServices(plan, '/workspace'))
  if (!first) throw new Error('no service')
  return { ...first, id: 'web-1', ...change }
}

function possible(state: ServiceState, circumstances: Partial<Circumstances> = {}): string[] {
  return serviceActions(state, { ...calm, ...circumstances })
    .filter(({ reason }) => reason === null)
    .map(({ action }) => action)
}

const ready = service({ state: 'ready', pid: 7 })

describe('what can be done with a service', () => {
  it.each([
    [service({ state: 'stopped' }), ['start']],
    [service({ state: 'starting', pid: 7 }), ['stop', 'kill']],
    [ready, ['stop', 'restart', 'freeze', 'kill']],
    [service({ state: 'frozen', pid: 7 }), ['stop', 'restart', 'resume', 'kill']],
    [service({ state: 'stopping', pid: 7 }), ['kill']],
    [service({ state: 'failed' }), ['start', 'restart']],
  ])('%s', (state, actions) => {
    expect(possible(state)).toEqual(actions)
  })

  it('is nothing while the lab starts or stops', () => {
    expect(possible(ready, { phase: 'starting' })).toEqual([])
    expect(possible(ready, { phase: 'stopping' })).toEqual([])
  })

  it('is nothing while an earlier command is under way', () => {
    expect(possible(ready, { busy: true })).toEqual([])
  })

  it('is only killing during a deployment', () => {
    expect(possible(ready, { deploying: true })).toEqual(['kill'])
  })
})

it('gives the reason of the system where it cannot do something', () => {
  const yes = { supported: true, reason: null }
  const no = { supported: false, reason: 'Windows has no SIGSTOP.' }
  const actions = { start: yes, stop: yes, kill: yes, freeze: no, resume: no, restart: yes }
  const capabilities: Capabilities = { platform: 'win32', actions, engines: [] }
  const freeze = serviceActions(ready, { ...calm, capabilities }).find(({ action }) => action === 'freeze')
  expect(freeze?.reason).toEqual({ sentence: 'Windows has no SIGSTOP.' })
})
