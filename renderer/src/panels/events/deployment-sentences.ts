import type { DeploymentState, DeployStep, HostDeployment } from '../../../../services/contract/index.ts'
import { sentence, type Sentence } from './sentence.ts'

/**
 * What is new in a deployment since it was last described: its begin, each step that ended, each host that is done, its
 * end. A step that only began says nothing new: its end follows within moments, or its failure does.
 */
export function describeDeployment(now: DeploymentState, last: DeploymentState | null): readonly Sentence[] {
  const before = last?.id === now.id ? last : null
  const lines: Sentence[] = []
  if (!before) lines.push(describeBegin(now))
  now.steps.forEach((step, at) => {
    if (step.endMs !== null && (before?.steps[at]?.endMs ?? null) === null)
      lines.push(describeStep(now, step, step.endMs))
  })
  for (const result of now.results.slice(before?.results.length ?? 0)) lines.push(describeHost(result))
  if (now.endedAtMs !== null && (before?.endedAtMs ?? null) === null) lines.push(describeEnd(now, now.endedAtMs))
  return lines
}

function describeBegin({ release, hosts }: DeploymentState): Sentence {
  return sentence('deployment', 'info', 'deployment.begun', { params: { release, hosts: hosts.join(', ') } })
}

function describeStep({ release }: DeploymentState, step: DeployStep, endMs: number): Sentence {
  const { host, name, startMs } = step
  const params = { host, release, tookMs: Math.max(0, endMs - startMs) }
  const failed = step.ok === false
  return sentence('deployment', failed ? 'error' : 'info', `deployment.${failed ? 'stepFailed' : 'step'}.${name}`, {
    host,
    params,
  })
}

function describeHost(result: HostDeployment): Sentence {
  const { host, to, from, outageMs, failure } = result
  const params = { host, to, from: from ?? '', outageMs }
  if (result.ok) return sentence('deployment', 'good', 'deployment.hostDone', { host, params })
  const key = result.rolledBack ? 'deployment.hostRolledBack' : 'deployment.hostFailed'
  return sentence('deployment', 'error', key, { host, params, failure })
}

function describeEnd(now: DeploymentState, endedAtMs: number): Sentence {
  const done = now.results.filter((result) => result.ok).length
  const params = {
    release: now.release,
    done,
    hosts: now.hosts.length,
    tookMs: Math.max(0, endedAtMs - now.startedAtMs),
  }
  return now.ok === false
    ? sentence('deployment', 'error', 'deployment.failed', { params })
    : sentence('deployment', 'good', 'deployment.finished', { params })
}
