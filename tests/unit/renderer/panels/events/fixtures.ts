import type { AuditState } from '../../../../../services/contract/audit.ts'
import {
  BEGUN_DEPLOYMENT,
  changeLabel,
  NO_DESIGN,
  NO_RECORDING,
  type DeploymentState,
  type Failure,
  type FaultState,
  type LabEvent,
  type NewLabEvent,
  type RequestResult,
  type StepState,
  type TraceSummary,
} from '../../../../../services/contract/index.ts'
import { emptyTrafficResult, type TrafficRun } from '../../../../../services/contract/traffic.ts'

export const FAILURE: Failure = {
  code: 'RELEASE_BROKEN',
  message: 'Release v3 does not load on server-1: app/index.js:3. The old release goes on running.',
  params: { release: 'v3', host: 'server-1', detail: 'app/index.js:3' },
}

export const REQUEST: RequestResult = {
  id: 1,
  atMs: 0,
  url: 'http://www.foobar.com:8080/',
  method: 'GET',
  resolved: { name: 'www.foobar.com', address: '127.10.0.10', ttlSeconds: 60, ageSeconds: null },
  status: 200,
  statusText: 'OK',
  release: 'v1',
  via: ['lb-1', 'web-1', 'app-1', 'db-1'],
  phases: { dnsMs: 1, connectMs: 1, firstByteMs: 5, totalMs: 12.34 },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  contentType: 'text/html',
  bytes: 100,
  assets: [],
  preview: '',
  failure: null,
}

export const DEPLOYMENT: DeploymentState = {
  ...BEGUN_DEPLOYMENT,
  id: 1,
  release: 'v2',
  strategy: 'rolling',
  hosts: ['server-1'],
  startedAtMs: 1000,
}

export const TRAFFIC: TrafficRun = {
  id: 1,
  label: '',
  settings: {
    rate: 200,
    rampTo: null,
    seconds: 10,
    urls: [{ url: 'http://www.foobar.com:8080/', weight: 1 }],
    connections: 'keep-alive',
    slowMs: 500,
    timeoutMs: 5000,
  },
  startedAtMs: 1000,
  endedAtMs: null,
  failure: null,
  result: { ...emptyTrafficResult(200), due: 2000, sent: 2000, succeeded: 1990, failed: { reset: 10 }, downtimeMs: 50 },
}

const TRACE: TraceSummary = {
  id: 1,
  traceId: '0123456789abcdef0123456789abcdef',
  atMs: 1000,
  url: 'http://www.foobar.com:8080/',
  status: 200,
  totalMs: 12,
  hops: 5,
  failed: false,
  stepped: false,
}

const STEP: StepState = {
  traceId: TRACE.traceId,
  trace: 1,
  url: 'http://www.foobar.com:8080/',
  phase: 'moving',
  startedAtMs: 1000,
  stops: [],
  paceMs: null,
  status: null,
  failure: null,
}

export const FAULT: FaultState = {
  id: 1,
  spec: { fault: 'slow', target: 'service', service: 'app-1', ms: 200 },
  phase: 'active',
  setAtMs: 1000,
  endsAtMs: null,
  measured: null,
  failure: null,
}

const AUDIT: AuditState = {
  topology: '0-simple_web_stack',
  plan: { hosts: [], links: [] },
  phase: 'done',
  startedAtMs: 1000,
  endedAtMs: 2000,
  rows: [],
  progress: null,
  rate: 40,
  baseline: ['pages'],
  repaired: true,
  failure: null,
}

/** One event of each type of the contract; the type makes sure that none is forgotten. */
export const EVERY_EVENT: { readonly [Type in LabEvent['type']]: Extract<NewLabEvent, { readonly type: Type }> } = {
  labPhaseChanged: { type: 'labPhaseChanged', phase: 'running' },
  labPrepared: {
    type: 'labPrepared',
    topology: '1-distributed_web_infrastructure',
    workspace: '/home/student/lab',
    entryUrl: 'http://www.foobar.com:8080/',
    dns: { address: '127.10.0.53', port: 8053 },
    hosts: [],
    services: [],
    links: [],
    releases: [],
  },
  labDisposed: { type: 'labDisposed' },
  labFailed: { type: 'labFailed', failure: FAILURE },
  serviceChanged: { type: 'serviceChanged', service: 'web-1', patch: { state: 'ready', release: 'v1' } },
  metricsSampled: { type: 'metricsSampled', services: [] },
  backendsChanged: {
    type: 'backendsChanged',
    backends: [
      {
        balancer: 'lb-1',
        backend: 'servers',
        server: 'server-1',
        service: 'web-1',
        state: 'down',
        weight: 1,
        sessions: 0,
      },
    ],
    changed: [{ balancer: 'lb-1', server: 'server-1', from: 'up', to: 'down' }],
  },
  hostReleaseSwitched: { type: 'hostReleaseSwitched', host: 'server-1', from: 'v1', to: 'v2' },
  releasesChanged: { type: 'releasesChanged', releases: [] },
  deploymentProgressed: { type: 'deploymentProgressed', deployment: DEPLOYMENT },
  deploymentInterrupted: {
    type: 'deploymentInterrupted',
    interrupted: {
      release: 'v2',
      strategy: 'rolling',
      startedAtMs: 1000,
      step: null,
      hosts: [{ host: 'server-1', from: 'v1', now: 'v2' }],
    },
  },
  previousReleasesChanged: { type: 'previousReleasesChanged', previous: [] },
  besidesChanged: { type: 'besidesChanged', besides: [] },
  comparisonProgressed: {
    type: 'comparisonProgressed',
    comparison: {
      id: 1,
      rate: 200,
      from: 'v1',
      release: 'v2',
      startedAtMs: 0,
      endedAtMs: null,
      stopped: false,
      rows: [],
      resolutionMs: 5,
    },
  },
  requestFinished: { type: 'requestFinished', result: REQUEST },
  portReplaced: { type: 'portReplaced', service: 'web-1', address: '127.10.0.21', port: 8080, replacement: 8081 },
  leftoversSwept: { type: 'leftoversSwept', count: 2 },
  networkChanged: { type: 'networkChanged', patch: { state: 'ready', pid: 4711 } },
  planChanged: { type: 'planChanged', hosts: [], services: [], links: [] },
  capacityChanged: { type: 'capacityChanged', service: 'app-1', setting: { workers: 4, costMs: 20, queueLimit: 16 } },
  capacitySampled: { type: 'capacitySampled', capacity: [] },
  rampProgressed: {
    type: 'rampProgressed',
    ramp: {
      ...{ id: 1, label: '', state: 'finished', from: 10, to: 100, step: 10, holdSeconds: 2, url: '/', setting: [] },
      ...{ startedAtMs: 0, endedAtMs: 1, steps: [], stepsInAll: 10, prediction: null, failure: null },
      knee: { method: 'kneedle', offered: 80, rate: 79.6, step: 7 },
    },
  },
  rampForgotten: { type: 'rampForgotten', ramp: 1 },
  zoneChanged: { type: 'zoneChanged', service: 'dns-1', zone: 'foobar.com', serial: 2, atMs: 0 },
  cacheFlushed: { type: 'cacheFlushed', service: 'resolver-1', name: 'www', count: 1 },
  failoverProgressed: {
    type: 'failoverProgressed',
    failover: {
      ...{ state: 'done', startedAtMs: 0, rate: 20, ttlSeconds: 5, watchMs: 9000, resolutionMs: 50, rows: [] },
    },
  },
  designChanged: {
    type: 'designChanged',
    design: NO_DESIGN,
    done: { label: changeLabel('addServerPair', { host: 'server-3' }), way: 'undo' },
  },
  savingChanged: { type: 'savingChanged', snapshots: [], saving: null, done: { kind: 'take', name: 'monday' } },
  designFound: { type: 'designFound', taken: true, path: '/labs/one/topology.yaml' },
  networkSampled: { type: 'networkSampled', recording: NO_RECORDING, rates: [] },
  packetsCleared: { type: 'packetsCleared' },
  traceChanged: { type: 'traceChanged', trace: TRACE },
  stepChanged: { type: 'stepChanged', step: STEP },
  trafficStarted: { type: 'trafficStarted', run: TRAFFIC },
  trafficSampled: {
    type: 'trafficSampled',
    run: 1,
    result: TRAFFIC.result,
    cells: { at: [], ok: [], slow: [], failed: [] },
    seconds: [],
    markers: [],
  },
  trafficFinished: { type: 'trafficFinished', run: TRAFFIC },
  trafficForgotten: { type: 'trafficForgotten', run: 1 },
  faultChanged: { type: 'faultChanged', fault: FAULT },
  faultCleared: { type: 'faultCleared', fault: FAULT, by: 'person' },
  faultsMeasured: { type: 'faultsMeasured', faults: [] },
  auditStarted: { type: 'auditStarted', audit: AUDIT },
  auditProgressed: { type: 'auditProgressed', audit: AUDIT },
  auditFinished: { type: 'auditFinished', audit: AUDIT },
  labRepaired: { type: 'labRepaired', report: { cleared: [1], checks: [], asBefore: true } },
}

/** Numbers events, one after the other. */
export function numbered(events: readonly NewLabEvent[], from = 1): readonly LabEvent[] {
  return events.map((event, at) => ({ ...event, seq: from + at, atMs: 1_700_000_000_000 + at }))
}
