import type {
  ChangeDone,
  DeploymentState,
  LabEvent,
  LabPhase,
  NetworkStateName,
} from '../../../../services/contract/index.ts'
import { describeAuditEnd } from './audit-sentences.ts'
import { describeCapacity, describeRamp } from './capacity-sentences.ts'
import { describeDeployment } from './deployment-sentences.ts'
import { describeFailover } from './dns-sentences.ts'
import { describeFaultChange, describeFaultEnd, describeRepair } from './fault-sentences.ts'
import { describeTraffic } from './traffic-sentences.ts'
import { sentence, type EventLevel, type Sentence } from './sentence.ts'
import { describeServiceChange } from './service-sentences.ts'

/** What was known before the event, where its meaning depends on that. */
export interface Before {
  readonly deployment: DeploymentState | null
}

/**
 * The lines that an event is worth in the log: none for figures that change all the time, several when several servers
 * changed at once. Pure; the language comes later.
 */
export function describeEvent(event: LabEvent, before: Before): readonly Sentence[] {
  switch (event.type) {
    case 'labPhaseChanged':
      return [sentence('lab', PHASE_LEVELS[event.phase], `lab.${event.phase}`)]
    case 'labPrepared':
      return [describePlan(event)]
    case 'labDisposed':
      return [sentence('lab', 'info', 'lab.disposed')]
    case 'labFailed':
      return [sentence('lab', 'error', 'lab.failed', { failure: event.failure })]
    case 'serviceChanged':
      return describeServiceChange(event.service, event.patch)
    case 'networkChanged':
      return describeNetwork(event.patch)
    case 'packetsCleared':
      return [sentence('network', 'info', 'network.cleared')]
    case 'trafficStarted':
    case 'trafficFinished':
      return [describeTraffic(event.type, event.run)]
    case 'faultChanged':
      return describeFaultChange(event.fault)
    case 'faultCleared':
      return [describeFaultEnd(event.fault, event.by)]
    case 'labRepaired':
      return [describeRepair(event.report.asBefore, event.report.cleared.length)]
    case 'auditStarted':
      return [sentence('fault', 'info', 'audit.started', { params: { parts: event.audit.rows.length } })]
    case 'auditFinished':
      return [describeAuditEnd(event.audit)]
    case 'zoneChanged':
      return [
        sentence('dns', 'good', 'dns.zone', {
          services: [event.service],
          params: { service: event.service, zone: event.zone, serial: event.serial },
        }),
      ]
    case 'cacheFlushed': {
      const { service, name, count } = event
      const key = name === '' ? 'dns.flushedAll' : 'dns.flushed'
      return [sentence('dns', 'info', key, { services: [service], params: { service, name, count } })]
    }
    case 'failoverProgressed':
      return event.failover.state === 'running' ? [] : [describeFailover(event.failover)]
    case 'designChanged':
      return event.done === null ? [] : [describeChange(event.done)]
    case 'designFound':
      return [
        sentence('design', event.taken ? 'info' : 'warning', event.taken ? 'design.left' : 'design.aside', {
          params: { path: event.path },
        }),
      ]
    case 'capacityChanged':
      return [describeCapacity(event.service, event.setting)]
    case 'rampProgressed':
      return event.ramp.state === 'running' ? [] : [describeRamp(event.ramp)]
    case 'savingChanged':
      return event.done === null || event.done.kind === 'pack'
        ? []
        : [sentence('lab', 'good', `saving.${event.done.kind}`, { params: { name: event.done.name } })]
    case 'capacitySampled':
    case 'rampForgotten':
    case 'planChanged':
    case 'trafficSampled':
    case 'trafficForgotten':
    case 'metricsSampled':
    case 'networkSampled':
    case 'traceChanged':
    case 'stepChanged':
    case 'releasesChanged':
    case 'previousReleasesChanged':
    case 'besidesChanged':
    case 'comparisonProgressed':
    case 'faultsMeasured':
    case 'auditProgressed':
      return []
    case 'backendsChanged':
      return event.changed.map((change) => describeBackend(change, event))
    case 'hostReleaseSwitched':
      return [describeSwitch(event.host, event.from, event.to)]
    case 'deploymentProgressed':
      return describeDeployment(event.deployment, before.deployment)
    case 'deploymentInterrupted': {
      const { release, strategy, hosts } = event.interrupted
      const now = hosts.map((host) => `${host.host} ${host.now ?? '-'}`).join(', ')
      return [sentence('deployment', 'warning', 'deployment.interrupted', { params: { release, strategy, now } })]
    }
    case 'requestFinished':
      return [describeRequest(event.result)]
    case 'portReplaced': {
      const { service, address, port, replacement } = event
      return [
        sentence('service', 'warning', 'portReplaced', {
          services: [service],
          params: { service, address, port, replacement },
        }),
      ]
    }
    case 'leftoversSwept':
      return [sentence('lab', 'warning', 'leftoversSwept', { params: { count: event.count } })]
  }
}

const NETWORK_LEVELS: Readonly<Record<NetworkStateName, EventLevel>> = {
  off: 'info',
  starting: 'info',
  ready: 'good',
  failed: 'error',
  unsupported: 'warning',
}

function describeNetwork({ state, pid }: EventOf<'networkChanged'>['patch']): readonly Sentence[] {
  if (state === undefined) return []
  return [sentence('network', NETWORK_LEVELS[state], `network.${state}`, { params: { pid: pid ?? 0 } })]
}

type EventOf<Type extends LabEvent['type']> = Extract<LabEvent, { readonly type: Type }>
type BackendsChanged = EventOf<'backendsChanged'>

const PHASE_LEVELS: Readonly<Record<LabPhase, EventLevel>> = {
  idle: 'info',
  starting: 'info',
  running: 'good',
  stopping: 'info',
}

function describePlan(event: EventOf<'labPrepared'>): Sentence {
  const { topology, workspace, entryUrl } = event
  const params = { topology, workspace, entryUrl, services: event.services.length, hosts: event.hosts.length }
  return sentence('lab', 'info', 'lab.prepared', { params })
}

const BACKEND_LEVELS: Readonly<Record<string, EventLevel>> = {
  up: 'good',
  down: 'error',
  drain: 'warning',
  maint: 'warning',
}
const BACKEND_KEYS: ReadonlySet<string> = new Set(['up', 'down', 'drain', 'maint'])

function describeBackend(change: BackendsChanged['changed'][number], event: BackendsChanged): Sentence {
  const { balancer, server, from, to } = change
  const known = event.backends.find((backend) => backend.balancer === balancer && backend.server === server)
  const key = BACKEND_KEYS.has(to) ? `backend.${to}` : 'backend.other'
  return sentence('balancer', BACKEND_LEVELS[to] ?? 'info', key, {
    services: known ? [known.service, balancer] : [balancer],
    params: { balancer, server, from, to },
  })
}

function describeSwitch(host: string, from: string | null, to: string): Sentence {
  return from === null
    ? sentence('deployment', 'info', 'release.first', { host, params: { host, to } })
    : sentence('deployment', 'info', 'release.switched', { host, params: { host, from, to } })
}

/** Its name is made in the window's language when the line is spoken. */
function describeChange({ label, way }: ChangeDone): Sentence {
  return sentence('design', 'info', `design.${way}`, { params: { ...label.params, changeKind: label.kind } })
}

function describeRequest(result: EventOf<'requestFinished'>['result']): Sentence {
  const { method, url, status, statusText, failure } = result
  const services = result.via
  const params = {
    method,
    url,
    status: status ?? '',
    statusText,
    totalMs: result.phases.totalMs,
    via: result.via.join(' > '),
    release: result.release ?? '',
  }
  if (failure) return sentence('request', 'error', 'request.failed', { services, params, failure })
  const key =
    result.via.length === 0 ? 'request.answered' : `request.answeredVia${result.release === null ? '' : 'Release'}`
  return sentence('request', requestLevel(status), key, { services, params })
}

function requestLevel(status: number | null): EventLevel {
  if (status === null || status >= 500) return 'error'
  return status >= 400 ? 'warning' : 'good'
}
