import type {
  DeploymentState,
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
  return {
    release: deployment.release,
    hosts: deployment.results.map(({ host, from, to, outageMs }) => ({ host, from, to, outageMs })),
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
