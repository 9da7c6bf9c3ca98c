import type { TrafficRun } from '../../../../services/contract/index.ts'
import { sentence, type Sentence } from './sentence.ts'

/** A run of the load generator that began or ended. */
export function describeTraffic(type: 'trafficStarted' | 'trafficFinished', run: TrafficRun): Sentence {
  const { settings, result, failure } = run
  const params = { id: run.id, rate: settings.rate }
  if (type === 'trafficStarted') return sentence('traffic', 'info', 'traffic.started', { params })
  if (failure) return sentence('traffic', 'error', 'traffic.failed', { params, failure })
  const { due, succeeded, downtimeMs } = result
  const figures = { ...params, due, failed: due - succeeded, downtimeMs }
  return due === succeeded
    ? sentence('traffic', 'good', 'traffic.allSucceeded', { params: figures })
    : sentence('traffic', 'error', 'traffic.finished', { params: figures })
}
