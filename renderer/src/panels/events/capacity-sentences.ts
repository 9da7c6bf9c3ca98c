import type { CapacitySetting, RampState } from '../../../../services/contract/index.ts'
import { sentence, type Sentence } from './sentence.ts'

export function describeCapacity(service: string, setting: CapacitySetting | null): Sentence {
  if (setting === null) return sentence('service', 'info', 'capacity.off', { services: [service], params: { service } })
  const { workers, costMs, queueLimit } = setting
  const params = { service, workers, costMs, queue: queueLimit }
  return sentence('service', 'info', 'capacity.set', { services: [service], params })
}

/** A ramp that is over. */
export function describeRamp({ state, knee, failure }: RampState): Sentence {
  if (state === 'failed') return sentence('traffic', 'error', 'capacity.rampFailed', { failure })
  const params = { rate: knee === null ? 0 : Math.round(knee.rate) }
  if (state === 'stopped') return sentence('traffic', 'warning', 'capacity.rampStopped', { params })
  return sentence('traffic', 'good', knee === null ? 'capacity.rampNoKnee' : 'capacity.rampKnee', { params })
}
