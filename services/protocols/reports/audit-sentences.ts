import { AUDIT_CAPABILITIES, goesOn, type AuditCapability, type AuditRow } from '../../contract/index.ts'
import type { AuditWords } from './audit-words.ts'
import { fillWord } from './words.ts'

/** Why a part is what it is, what fails without it, and where the proof differs. */
export function auditSentences(row: AuditRow, words: AuditWords): readonly string[] {
  const { predicted, measured, difference } = row
  const reasons = predicted.reasons.map(({ code, params }) => fillWord(words[`reason.${code}`], params))
  const failing = failingOf(row)
  const failed = failing.length === 0 ? [] : [fillWord(words.whatFails, { capabilities: names(failing, words) })]
  const method = measured?.method === 'kill-services' ? [words.killedOnly] : []
  const differs = difference === null ? [] : [differenceSentence(difference, words)]
  return [...reasons, ...failed, ...method, ...differs]
}

function differenceSentence({ code, params }: NonNullable<AuditRow['difference']>, words: AuditWords): string {
  const listed = String(params['capabilities']).split(',')
  const capabilities = names(
    AUDIT_CAPABILITIES.filter((capability) => listed.includes(capability)),
    words,
  )
  return fillWord(words[`difference.${code}`], { capabilities })
}

function failingOf({ predicted, measured }: AuditRow): readonly AuditCapability[] {
  return AUDIT_CAPABILITIES.filter((capability) => {
    const effect = measured === null ? predicted.effects[capability] : measured.capabilities[capability]?.effect
    return effect !== null && effect !== undefined && !goesOn(effect)
  })
}

function names(capabilities: readonly AuditCapability[], words: AuditWords): string {
  return capabilities.map((capability) => words[`capability.${capability}`]).join(', ')
}
