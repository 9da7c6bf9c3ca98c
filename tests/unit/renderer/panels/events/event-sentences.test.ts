import { describe, expect, it } from 'vitest'
import { describeEvent } from '../../../../../renderer/src/panels/events/event-sentences.ts'
import type { Sentence } from '../../../../../renderer/src/panels/events/sentence.ts'
import type { NewLabEvent } from '../../../../../services/contract/index.ts'
import { LAB_PHASES } from '../../../../../services/contract/index.ts'
import { EVERY_EVENT, FAILURE, numbered, REQUEST } from './fixtures.ts'

function describeNew(event: NewLabEvent): readonly Sentence[] {
  return numbered([event]).flatMap((one) => describeEvent(one, { deployment: null }))
}

describe('describeEvent', () => {
  it('has a line for every type of event, except for figures and lists that nobody did anything for', () => {
    const silent = Object.values(EVERY_EVENT)
      .filter((event) => describeNew(event).length === 0)
      .map((event) => event.type)
    expect(silent.toSorted()).toEqual(
      [
        'metricsSampled',
        'releasesChanged',
        'previousReleasesChanged',
        'besidesChanged',
        'comparisonProgressed',
        'networkSampled',
        'planChanged',
        'traceChanged',
        'stepChanged',
        'trafficSampled',
        'trafficForgotten',
        'faultsMeasured',
        'capacitySampled',
        'rampForgotten',
        'auditProgressed',
      ].toSorted(),
    )
  })

  it('says which phase the lab is in', () => {
    const keys = LAB_PHASES.map((phase) => describeNew({ type: 'labPhaseChanged', phase })[0]?.key)
    expect(keys).toEqual(['lab.idle', 'lab.starting', 'lab.running', 'lab.stopping'])
  })

  it('carries a failure with its code', () => {
    expect(describeNew({ type: 'labFailed', failure: FAILURE })).toMatchObject([
      { kind: 'lab', level: 'error', key: 'lab.failed', failure: { code: 'RELEASE_BROKEN' } },
    ])
  })

  it('makes a line per server that changed behind a balancer, about the service that it stands for', () => {
    const { backends } = EVERY_EVENT.backendsChanged
    const lines = describeNew({
      type: 'backendsChanged',
      backends,
      changed: [
        { balancer: 'lb-1', server: 'server-1', from: 'up', to: 'down' },
        { balancer: 'lb-1', server: 'unheard-of', from: 'up', to: 'maint' },
        { balancer: 'lb-1', server: 'server-1', from: 'down', to: 'unknown' },
      ],
    })
    expect(lines).toMatchObject([
      { key: 'backend.down', level: 'error', services: ['web-1', 'lb-1'] },
      { key: 'backend.maint', level: 'warning', services: ['lb-1'] },
      { key: 'backend.other', level: 'info', params: { from: 'down', to: 'unknown' } },
    ])
  })

  it('says nothing when only a counter of a balancer changed', () => {
    expect(describeNew({ ...EVERY_EVENT.backendsChanged, changed: [] })).toEqual([])
  })

  it('tells the first release of a host from a switch', () => {
    expect(describeNew({ type: 'hostReleaseSwitched', host: 'server-1', from: null, to: 'v1' })).toMatchObject([
      { key: 'release.first', host: 'server-1' },
    ])
    expect(describeNew(EVERY_EVENT.hostReleaseSwitched)).toMatchObject([
      { key: 'release.switched', params: { from: 'v1', to: 'v2' } },
    ])
  })

  it.each([
    [200, 'good'],
    [304, 'good'],
    [404, 'warning'],
    [503, 'error'],
  ] as const)('a request that was answered with %i is %s', (status, level) => {
    expect(describeNew({ type: 'requestFinished', result: { ...REQUEST, status } })).toMatchObject([
      { key: 'request.answeredViaRelease', level, services: REQUEST.via },
    ])
  })

  it('says of a request only what is known', () => {
    const bare = { ...REQUEST, via: [], release: null }
    const keys = [bare, { ...bare, via: ['lb-1'] }].map(
      (result) => describeNew({ type: 'requestFinished', result })[0]?.key,
    )
    expect(keys).toEqual(['request.answered', 'request.answeredVia'])
  })

  it('says why a request had no answer', () => {
    const result = { ...REQUEST, status: null, via: [], failure: FAILURE }
    expect(describeNew({ type: 'requestFinished', result })).toMatchObject([
      { key: 'request.failed', level: 'error', failure: FAILURE, services: [] },
    ])
  })

  it('warns of a port that was replaced, and of leftovers', () => {
    expect(describeNew(EVERY_EVENT.portReplaced)).toMatchObject([
      { level: 'warning', services: ['web-1'], params: { port: 8080, replacement: 8081 } },
    ])
    expect(describeNew(EVERY_EVENT.leftoversSwept)).toMatchObject([{ level: 'warning', params: { count: 2 } }])
  })
})
