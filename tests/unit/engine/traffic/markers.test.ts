import { describe, expect, it } from 'vitest'
import { BEGUN_DEPLOYMENT, type DeploymentState, type NewLabEvent } from '../../../../services/contract/index.ts'
import { MarkerReader } from '../../../../services/engine/traffic/markers.ts'

const DEPLOYMENT: DeploymentState = {
  ...BEGUN_DEPLOYMENT,
  id: 1,
  release: 'v2',
  strategy: 'rolling',
  hosts: ['server-1'],
  startedAtMs: 10,
}
const at = (event: NewLabEvent) => ({ ...event, seq: 1, atMs: 99 })

describe('the markers of a run', () => {
  it('are states of services, balancers and releases; nothing else of a service', () => {
    const reader = new MarkerReader()
    const read = (event: NewLabEvent) => reader.read(at(event))
    expect(read({ type: 'serviceChanged', service: 'web-1', patch: { state: 'failed' } })).toEqual([
      { atMs: 99, kind: 'service', subject: 'web-1', what: 'failed', ok: null },
    ])
    expect(read({ type: 'serviceChanged', service: 'web-1', patch: { automaticRestart: true } })).toEqual([])
    const changed = [{ balancer: 'lb-1', server: 'server-1', from: 'up', to: 'drain' }]
    expect(read({ type: 'backendsChanged', backends: [], changed })).toMatchObject([
      { kind: 'backend', subject: 'server-1', what: 'drain' },
    ])
    expect(read({ type: 'hostReleaseSwitched', host: 'server-1', from: 'v1', to: 'v2' })).toMatchObject([
      { kind: 'release', subject: 'server-1', what: 'v2' },
    ])
  })

  it('tell each step of a deployment once, when it begins and when it ends', () => {
    const reader = new MarkerReader()
    const read = (patch: Partial<DeploymentState>) =>
      reader
        .read(at({ type: 'deploymentProgressed', deployment: { ...DEPLOYMENT, ...patch } }))
        .map(({ atMs, kind, subject, what, ok }) => [atMs, kind, subject, what, ok])
    const idle = { progress: null, planned: null }
    const step = { ...idle, name: 'stop', host: 'server-1', startMs: 20, endMs: null, ok: null } as const
    expect(read({})).toEqual([[10, 'deployment', 'v2', 'begun', null]])
    expect(read({ steps: [step] })).toEqual([[20, 'step', 'server-1', 'stop', null]])
    expect(read({ steps: [step] })).toEqual([])
    const done = { ...step, endMs: 30, ok: true }
    expect(read({ steps: [done], endedAtMs: 40, ok: true })).toEqual([
      [30, 'step', 'server-1', 'stop', true],
      [40, 'deployment', 'v2', 'ended', true],
    ])
  })
})
