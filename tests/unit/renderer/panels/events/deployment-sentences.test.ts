import { describe, expect, it } from 'vitest'
import { describeDeployment } from '../../../../../renderer/src/panels/events/deployment-sentences.ts'
import type { DeploymentState, DeployStep, HostDeployment } from '../../../../../services/contract/index.ts'
import { DEPLOYMENT, FAILURE } from './fixtures.ts'

const idle = { progress: null, planned: null }
const stopping: DeployStep = { ...idle, name: 'stop', host: 'server-1', startMs: 1000, endMs: null, ok: null }
const stopped: DeployStep = { ...stopping, endMs: 1250, ok: true }
const notStarted: DeployStep = { ...idle, name: 'start', host: 'server-1', startMs: 1300, endMs: 1900, ok: false }
const done: HostDeployment = {
  host: 'server-1',
  from: 'v1',
  to: 'v2',
  ok: true,
  rolledBack: false,
  outageMs: 900,
  failure: null,
}

function keys(now: Partial<DeploymentState>, last: Partial<DeploymentState> | null): readonly string[] {
  const before = last && { ...DEPLOYMENT, ...last }
  return describeDeployment({ ...DEPLOYMENT, ...now }, before).map((line) => line.key)
}

describe('describeDeployment', () => {
  it('tells begin, each step as it ends, each host and the end, once', () => {
    const states: readonly Partial<DeploymentState>[] = [
      {},
      { steps: [stopping] },
      { steps: [stopped] },
      { steps: [stopped], results: [done] },
      { steps: [stopped], results: [done], endedAtMs: 2000, ok: true },
    ]
    const told = states.map((state, at) => keys(state, states[at - 1] ?? null))
    expect(told).toEqual([
      ['deployment.begun'],
      [],
      ['deployment.step.stop'],
      ['deployment.hostDone'],
      ['deployment.finished'],
    ])
  })

  it('tells all at once when the window was connected in the middle of it', () => {
    expect(keys({ steps: [stopped], results: [done] }, null)).toEqual([
      'deployment.begun',
      'deployment.step.stop',
      'deployment.hostDone',
    ])
  })

  it('begins anew for another deployment', () => {
    expect(keys({ id: 2 }, { id: 1, steps: [stopped] })).toEqual(['deployment.begun'])
  })

  it('says what went wrong and what the host runs now', () => {
    const failed = { ...done, ok: false, failure: FAILURE }
    const lines = describeDeployment(
      {
        ...DEPLOYMENT,
        steps: [stopped, notStarted],
        results: [failed, { ...failed, host: 'server-2', rolledBack: true }],
        endedAtMs: 3000,
        ok: false,
      },
      { ...DEPLOYMENT, steps: [stopped] },
    )
    expect(lines).toMatchObject([
      { key: 'deployment.stepFailed.start', level: 'error', host: 'server-1' },
      { key: 'deployment.hostFailed', level: 'error', failure: FAILURE, params: { to: 'v2' } },
      { key: 'deployment.hostRolledBack', level: 'error', host: 'server-2', params: { from: 'v1', outageMs: 900 } },
      { key: 'deployment.failed', level: 'error', params: { done: 0, hosts: 1, tookMs: 2000 } },
    ])
  })
})
