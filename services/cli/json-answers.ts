import { isSpof } from '../contract/index.ts'
import type {
  AuditState,
  ChangeDone,
  ComparisonState,
  DeploymentState,
  DesignState,
  Failure,
  LabState,
  PacketRow,
  RecordingState,
  RequestResult,
  ServiceState,
  StepState,
  StepStop,
  Trace,
  TraceHop,
  TraceSummary,
  TrafficResult,
} from '../contract/index.ts'
import { tellStepNext, tellStepWhy, tellTrace } from '../engine/network/sentences.ts'
import { networkNs } from './network-words.ts'

/** What `--json` prints. These field names are documented in the README and stay as they are. */

export function serviceAnswer(service: ServiceState): object {
  const { id, role, host, engine, state, pid, address, port, release } = service
  return { id, role, host, engine, state, pid, address, port, release }
}

export function statusAnswer(state: LabState): object {
  return {
    topology: state.topology,
    workspace: state.workspace,
    hosts: state.hosts.map(({ id, address, kind }) => ({ id, address, kind })),
    services: state.services.map(serviceAnswer),
  }
}

export function requestAnswer(result: RequestResult): object {
  const { url, status, release, via, phases, traceparent } = result
  return { url, status, release, via, phases, traceparent }
}

export function deployAnswer(deployment: DeploymentState): object {
  const { release, strategy, ok, rolledBack, results, steps, traffic, failure } = deployment
  return {
    ...{ release, strategy, ok: ok === true, rolledBack },
    hosts: results.map(({ host, from, to, outageMs }) => ({ host, from, to, outageMs })),
    steps: steps.map(({ name, host, startMs, endMs, ok: good }) => ({ name, host, startMs, endMs, ok: good })),
    traffic: traffic === null ? null : trafficAnswer(traffic),
    ...(failure === null ? {} : { error: { code: failure.code, message: failure.message } }),
  }
}

export function comparisonAnswer({ from, release, rate, resolutionMs, rows }: ComparisonState): object {
  const strategies = rows.map((row) => {
    const { strategy, state, downtimeMs, failed, slow, longestGapMs, totalMs, spareCapacity, failure } = row
    const figures = { downtimeMs, failed, slow, longestGapMs, totalMs, spareCapacity }
    const error = failure === null ? {} : { error: { code: failure.code, message: failure.message } }
    return { strategy, ok: state === 'done', ...figures, ...error }
  })
  return { from, release, rate, resolutionMs, strategies }
}

export function auditAnswer(audit: AuditState): object {
  const { topology, phase, rows, rate, baseline, repaired, failure } = audit
  const parts = rows.map((row) => {
    const { kind, id, predicted, measured, agree, difference } = row
    return {
      ...{ kind, id, spof: isSpof(row), predicted, measured, agree, difference },
      ...(row.failure === null ? {} : { error: plain(row.failure) }),
    }
  })
  const error = failure === null ? {} : { error: plain(failure) }
  return { topology, phase, rate, baseline, repaired, parts, ...error }
}

export function designAnswer({ pairs, balancers, changed }: DesignState): object {
  return { pairs, balancers, changed }
}

export function changeAnswer({ way, label: { kind, params, text } }: ChangeDone): object {
  return { way, kind, params, text }
}

export function trafficAnswer(result: TrafficResult): object {
  const { rate, seconds, due, sent, succeeded, failed, statuses, slow, retried, behind, servers } = result
  const { downtimeMs, longestGapMs, resolutionMs, latencyMs, lagMs, releases } = result
  return {
    ...{ rate, seconds, due, sent, succeeded, failed, statuses, slow, retried },
    ...{ downtimeMs, longestGapMs, resolutionMs, latencyMs, releases, servers, lagMs, behind },
  }
}

/** Times are nanoseconds on the network cards' clock; `endNs` null: still under way. */
export function traceAnswer(trace: Trace, failure: Failure | null = null): object {
  const { id, url, status, startNs, endNs, hops, packets } = trace
  return { id, url, status, hops: hops.map(hopAnswer), packets, startNs, endNs, failure: failure && plain(failure) }
}

function hopAnswer(hop: TraceHop): object {
  const { from, to, protocol, startNs, endNs, connection, requestLine, answer, sql, attempt, failed, timing } = hop
  return {
    ...{ from, to, protocol, startNs, endNs, connection, note: tellTrace(hop.note) },
    ...{ request: requestLine, answer, sql, attempt, failed },
    ...{ networkNs: networkNs(hop), processNs: timing.processNs, heldNs: timing.heldNs },
  }
}

export function traceListAnswer(traces: readonly TraceSummary[]): object {
  return {
    traces: traces.map(({ id, url, status, totalMs, hops, failed, stepped }) => ({
      ...{ id, url, status, totalMs, hops, failed, stepped },
    })),
  }
}

export function packetAnswer(row: PacketRow): object {
  const { no, timeNs, host, link, from, to, protocol, kind, length, info, trace } = row
  return { no, timeNs, host, link, from, to, protocol, kind, length, info, trace }
}

export function stopAnswer(stop: StepStop): object {
  const { no, host, service, link, direction, message, title, from, to, packet } = stop
  const words = { why: tellStepWhy(stop.why), next: tellStepNext(stop.next) }
  return { no, host, service, link, direction, message, title, from, to, packet, ...words }
}

export function stepAnswer(step: StepState): object {
  const { url, phase, status, trace, stops, failure } = step
  return { url, phase, status, trace, stops: stops.length, failure: failure && plain(failure) }
}

export function recordingAnswer(recording: RecordingState): object {
  const { mode, ringBytes, usedBytes, recorded, dropped, skipped } = recording
  return { mode, ringBytes, usedBytes, recorded, dropped, skipped }
}

function plain({ code, message }: Failure): object {
  return { code, message }
}
