import { describe, expect, it } from 'vitest'
import { describeServiceChange } from '../../../../../renderer/src/panels/events/service-sentences.ts'
import { SERVICE_STATES, type ServiceState } from '../../../../../services/contract/index.ts'
import { FAILURE } from './fixtures.ts'

function keyOf(patch: Partial<ServiceState>): string | undefined {
  return describeServiceChange('app-1', patch)[0]?.key
}

describe('describeServiceChange', () => {
  it('has a sentence and the glyph of every state', () => {
    for (const state of SERVICE_STATES) {
      expect(describeServiceChange('app-1', { state })).toMatchObject([
        { kind: 'service', key: `service.${state}`, state, services: ['app-1'], params: { service: 'app-1' } },
      ])
    }
  })

  it('is silent about figures', () => {
    expect(describeServiceChange('app-1', { memoryBytes: 1, requests: 2, pid: 3 })).toEqual([])
  })

  it('says more where more is known', () => {
    expect(keyOf({ state: 'starting', pid: 4711 })).toBe('service.startingPid')
    expect(keyOf({ state: 'starting', pid: 4711, restarts: 2 })).toBe('service.startingAgain')
    expect(keyOf({ state: 'ready', release: 'v2' })).toBe('service.readyRelease')
  })

  it.each([
    [{ code: 1, signal: null, lastLine: '' }, 'service.failedCode'],
    [{ code: 1, signal: null, lastLine: 'app/index.js:3' }, 'service.failedCodeSaying'],
    [{ code: null, signal: 'SIGKILL', lastLine: '' }, 'service.failedSignal'],
    [{ code: null, signal: 'SIGKILL', lastLine: 'GET /' }, 'service.failedSignalSaying'],
    [{ code: null, signal: null, lastLine: '' }, 'service.failed'],
    [null, 'service.failed'],
  ])('says how a failed service ended: %j', (exit, key) => {
    expect(describeServiceChange('app-1', { state: 'failed', exit, failure: FAILURE })).toMatchObject([
      { key, level: 'error', state: 'failed', failure: FAILURE },
    ])
  })

  it('notes the automatic restart, and trouble without a change of state', () => {
    expect(keyOf({ automaticRestart: true })).toBe('service.automaticRestartOn')
    expect(keyOf({ automaticRestart: false })).toBe('service.automaticRestartOff')
    expect(describeServiceChange('app-1', { failure: FAILURE })).toMatchObject([{ level: 'warning', failure: FAILURE }])
    expect(describeServiceChange('app-1', { failure: null })).toEqual([])
  })
})
