import { NO_AUDIT } from './audit.ts'
import { foldCapacity, NO_CAPACITY } from './capacity.ts'
import { NO_DESIGN } from './design.ts'
import type { LabEvent } from './events.ts'
import { foldFaults, NO_FAULTS } from './faults.ts'
import { KEPT_TRACES, type TraceSummary } from './network.ts'
import { NO_SAVING } from './saving.ts'
import { EMPTY_LAB, type LabState, type ServiceState } from './state.ts'
import { foldTraffic } from './traffic.ts'

/**
 * The one function that turns events into state. The engine uses it for its own state and every client for its copy,
 * so the two cannot disagree. Unchanged parts keep their identity.
 */
export function foldEvent(state: LabState, event: LabEvent): LabState {
  return { ...state, ...change(state, event), seq: event.seq }
}

function change(state: LabState, event: LabEvent): Partial<LabState> {
  switch (event.type) {
    case 'labPhaseChanged':
      return { phase: event.phase }
    case 'labPrepared':
      return {
        topology: event.topology,
        workspace: event.workspace,
        entryUrl: event.entryUrl,
        dns: event.dns,
        hosts: event.hosts,
        services: event.services,
        links: event.links,
        releases: event.releases,
        backends: [],
        deployment: null,
        interruptedDeployment: null,
        previousReleases: [],
        besides: [],
        comparison: null,
        lastRequest: null,
        traces: [],
        step: null,
        design: NO_DESIGN,
        failover: null,
        traffic: [],
        ...NO_FAULTS,
        ...NO_CAPACITY,
        ...NO_AUDIT,
        ...NO_SAVING,
      }
    case 'labDisposed':
      return { ...EMPTY_LAB }
    case 'serviceChanged':
      return { services: patchServices(state.services, [{ ...event.patch, id: event.service }]) }
    case 'metricsSampled':
      return {
        services: patchServices(
          state.services,
          event.services.map(({ service, ...figures }) => ({ id: service, ...figures })),
        ),
      }
    case 'backendsChanged':
      return { backends: event.backends }
    case 'hostReleaseSwitched':
      return { hosts: state.hosts.map((host) => (host.id === event.host ? { ...host, release: event.to } : host)) }
    case 'releasesChanged':
      return { releases: event.releases }
    case 'deploymentProgressed':
      return { deployment: event.deployment, interruptedDeployment: null }
    case 'deploymentInterrupted':
      return { interruptedDeployment: event.interrupted }
    case 'previousReleasesChanged':
      return { previousReleases: event.previous }
    case 'besidesChanged':
      return { besides: event.besides }
    case 'comparisonProgressed':
      return { comparison: event.comparison }
    case 'requestFinished':
      return { lastRequest: event.result }
    case 'networkChanged':
      return { network: { ...state.network, ...event.patch } }
    case 'networkSampled':
      return { network: { ...state.network, recording: event.recording, rates: event.rates } }
    case 'packetsCleared':
      return { traces: [] }
    case 'traceChanged':
      return { traces: withTrace(state.traces, event.trace) }
    case 'stepChanged':
      return { step: event.step }
    case 'trafficStarted':
    case 'trafficSampled':
    case 'trafficFinished':
    case 'trafficForgotten':
      return { traffic: foldTraffic(state.traffic, event) }
    case 'faultChanged':
    case 'faultCleared':
    case 'faultsMeasured':
    case 'labRepaired':
      return foldFaults(state, event)
    case 'capacityChanged':
    case 'capacitySampled':
    case 'rampProgressed':
    case 'rampForgotten':
      return foldCapacity(state, event)
    case 'planChanged':
      return { hosts: event.hosts, services: event.services, links: event.links }
    case 'designChanged':
      return { design: event.design }
    case 'auditStarted':
    case 'auditProgressed':
    case 'auditFinished':
      return { audit: event.audit }
    case 'failoverProgressed':
      return { failover: event.failover }
    case 'savingChanged':
      return { snapshots: event.snapshots, saving: event.saving }
    case 'designFound':
    case 'zoneChanged':
    case 'cacheFlushed':
    case 'labFailed':
    case 'portReplaced':
    case 'leftoversSwept':
      return {}
  }
}

/** Rising numbers; the oldest give way. */
function withTrace(traces: readonly TraceSummary[], trace: TraceSummary): readonly TraceSummary[] {
  const known = traces.some(({ id }) => id === trace.id)
  return known ? traces.map((one) => (one.id === trace.id ? trace : one)) : [...traces, trace].slice(-KEPT_TRACES)
}

type ServicePatch = Partial<ServiceState> & { readonly id: string }

function patchServices(services: readonly ServiceState[], patches: readonly ServicePatch[]): readonly ServiceState[] {
  const byId = new Map(patches.map((patch) => [patch.id, patch]))
  return services.map((service) => {
    const patch = byId.get(service.id)
    return patch ? { ...service, ...patch } : service
  })
}
