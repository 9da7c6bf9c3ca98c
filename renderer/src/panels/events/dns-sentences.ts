import type { FailoverState } from '../../../../services/contract/index.ts'
import { sentence, type Sentence } from './sentence.ts'

/** A comparison of ways past a lost server that has ended. */
export function describeFailover({ state, rows }: FailoverState): Sentence {
  const failure = rows.find((row) => row.failure !== null)?.failure ?? null
  if (state === 'failed') return sentence('dns', 'error', 'dns.failoverFailed', { failure })
  if (state === 'stopped') return sentence('dns', 'warning', 'dns.failoverStopped')
  return sentence('dns', 'good', 'dns.failoverDone', {
    params: { ways: rows.filter((row) => row.state === 'done').length },
  })
}
