import type {
  ComparisonState,
  DeploymentState,
  LabState,
  RequestResult,
  ServiceState,
  TrafficResult,
} from '../contract/index.ts'

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

export function trafficAnswer(result: TrafficResult): object {
  const { rate, seconds, due, sent, succeeded, failed, statuses, slow, retried, behind, servers } = result
  const { downtimeMs, longestGapMs, resolutionMs, latencyMs, lagMs, releases } = result
  return {
    ...{ rate, seconds, due, sent, succeeded, failed, statuses, slow, retried },
    ...{ downtimeMs, longestGapMs, resolutionMs, latencyMs, releases, servers, lagMs, behind },
  }
}
