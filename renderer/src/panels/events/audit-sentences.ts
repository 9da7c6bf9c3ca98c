import { isSpof, type AuditState } from '../../../../services/contract/audit.ts'
import { sentence, type Sentence } from './sentence.ts'

/** How an audit has ended, with what it found. */
export function describeAuditEnd({ phase, rows, repaired, failure }: AuditState): Sentence {
  const proved = rows.filter(({ measured }) => measured !== null)
  const params = {
    proved: proved.length,
    spofs: proved.filter(isSpof).length,
    agree: proved.filter(({ agree }) => agree === true).length,
  }
  if (repaired === false) return sentence('fault', 'error', 'audit.notRepaired', { params, failure })
  if (phase === 'stopped') return sentence('fault', 'info', 'audit.stopped', { params })
  if (phase === 'failed') return sentence('fault', 'error', 'audit.failed', { params, failure })
  return sentence('fault', 'good', 'audit.done', { params })
}
