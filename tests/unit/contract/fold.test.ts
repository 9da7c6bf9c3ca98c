import { describe, expect, it } from 'vitest'
import { EMPTY_LAB, type LabEvent, type ServiceState } from '../../../services/contract/index.ts'
import { foldEvent } from '../../../services/contract/fold.ts'

function service(id: string): ServiceState {
  return {
    id,
    role: 'web-server',
    host: 'server-1',
    engine: 'builtin',
    state: 'stopped',
    pid: null,
    address: '127.10.0.21',
    port: 8080,
    release: null,
    startedAtMs: null,
    memoryBytes: null,
    exit: null,
    failure: null,
    requests: 0,
    requestsPerSecond: 0,
    restarts: 0,
    automaticRestart: false,
    files: [],
    takesInput: false,
  }
}

const prepared: LabEvent = {
  type: 'labPrepared',
  seq: 1,
  atMs: 0,
  topology: 't',
  workspace: '/tmp/w',
  entryUrl: 'http://www.foobar.com:8080/',
  dns: { address: '127.10.0.53', port: 8053 },
  hosts: [{ id: 'server-1', kind: 'physical', address: '127.10.0.21', release: 'v1' }],
  services: [service('web-1'), service('web-2')],
  links: [],
  releases: [],
}

describe('foldEvent', () => {
  const lab = foldEvent(EMPTY_LAB, prepared)

  it('changes one service and leaves the others untouched', () => {
    const next = foldEvent(lab, {
      type: 'serviceChanged',
      seq: 2,
      atMs: 0,
      service: 'web-1',
      patch: { state: 'ready', pid: 7 },
    })
    expect(next.services[0]).toMatchObject({ id: 'web-1', state: 'ready', pid: 7 })
    expect(next.services[1]).toBe(lab.services[1])
    expect(next.hosts).toBe(lab.hosts)
    expect(next.seq).toBe(2)
  })

  it('folds figures of several services at once', () => {
    const figures = [{ service: 'web-2', memoryBytes: 5, requests: 9, requestsPerSecond: 3 }]
    const next = foldEvent(lab, { type: 'metricsSampled', seq: 3, atMs: 0, services: figures })
    expect(next.services[1]).toMatchObject({ id: 'web-2', memoryBytes: 5, requests: 9, requestsPerSecond: 3 })
    expect(next.services[0]).toBe(lab.services[0])
  })

  it('moves a host to another release', () => {
    const next = foldEvent(lab, {
      type: 'hostReleaseSwitched',
      seq: 4,
      atMs: 0,
      host: 'server-1',
      from: 'v1',
      to: 'v2',
    })
    expect(next.hosts[0]?.release).toBe('v2')
  })

  it('empties everything but the number when the lab is gone', () => {
    expect(foldEvent(lab, { type: 'labDisposed', seq: 5, atMs: 0 })).toEqual({ ...EMPTY_LAB, seq: 5 })
  })
})
