import type { DeploymentState, LabState, RequestResult, ServiceState, TrafficResult } from '../contract/index.ts'

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

export function trafficAnswer(result: TrafficResult): object {
  const { rate, seconds, due, sent, succeeded, failed, statuses, slow, retried, behind, servers } = result
  const { downtimeMs, longestGapMs, resolutionMs, latencyMs, lagMs, releases } = result
  return {
    ...{ rate, seconds, due, sent, succeeded, failed, statuses, slow, retried },
    ...{ downtimeMs, longestGapMs, resolutionMs, latencyMs, releases, servers, lagMs, behind },
  }
}
