import { useI18n } from 'vue-i18n'
import { AUDIT_CAPABILITIES, goesOn } from '../../../../services/contract/audit.ts'
import type { AuditCapability, AuditRow } from '../../../../services/contract/index.ts'
import { keysOf, type Words } from './report-keys.ts'

export interface AuditWordMaker {
  /** Why a part is what it is, what fails without it, and where the proof differs. */
  sentencesOf(row: AuditRow): readonly string[]
  /** The words of a report in the window's language. */
  reportWords(): Record<string, string>
}

const PLACES = [
  ...['topology', 'rate', 'count', 'of', 'right', 'parts', 'detail', 'capabilities', 'when', 'host', 'services'],
  ...['dns', 'others', 'through', 'balancer', 'server', 'fall', 'path', 'web'],
]

/** An audit in the window's language. */
export function useAuditWords(): AuditWordMaker {
  const { t, tm } = useI18n()

  function names(capabilities: readonly AuditCapability[]): string {
    return capabilities.map((capability) => t(`audit.report.capability.${capability}`)).join(', ')
  }

  function failing({ predicted, measured }: AuditRow): readonly AuditCapability[] {
    return AUDIT_CAPABILITIES.filter((capability) => {
      const effect = measured === null ? predicted.effects[capability] : measured.capabilities[capability]?.effect
      return effect != null && !goesOn(effect)
    })
  }

  function sentencesOf(row: AuditRow): readonly string[] {
    const { predicted, measured, difference } = row
    const fails = failing(row)
    const listed = String(difference?.params['capabilities'] ?? '').split(',')
    const differing = AUDIT_CAPABILITIES.filter((capability) => listed.includes(capability))
    return [
      ...predicted.reasons.map(({ code, params }) => t(`audit.report.reason.${code}`, params)),
      ...(fails.length === 0 ? [] : [t('audit.report.whatFails', { capabilities: names(fails) })]),
      ...(measured?.method === 'kill-services' ? [t('audit.report.killedOnly')] : []),
      ...(difference === null
        ? []
        : [t(`audit.report.difference.${difference.code}`, { capabilities: names(differing) })]),
    ]
  }

  function reportWords(): Record<string, string> {
    const places = Object.fromEntries(PLACES.map((name) => [name, `{${name}}`]))
    // The window's sentences are loaded after the first paint: their keys are known when they are asked for.
    const keys = keysOf(tm('audit.report') as Words)
    return Object.fromEntries(keys.map((key) => [key, t(`audit.report.${key}`, places)]))
  }

  return { sentencesOf, reportWords }
}
