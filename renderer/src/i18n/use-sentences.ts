import { useI18n } from 'vue-i18n'
import type { Failure } from '../../../services/contract/errors.ts'
import type { ErrorParams } from '../../../services/contract/errors.ts'
import type { Reason } from '../model/service-actions.ts'

/** Parameters of failures that are words of the lab themselves, and where their translations stand. */
const TRANSLATED_PARAMS: Readonly<Record<string, string>> = {
  state: 'states',
  action: 'actionWords',
  phase: 'phases',
}

export interface Sentences {
  /** What happened, in the window's language; the engine's English where a newer engine has a code we do not know. */
  failure(failure: Failure): string
  reason(reason: Reason | null): string
}

/** Sentences that are made of data rather than of a fixed key. */
export function useSentences(): Sentences {
  const { t, te } = useI18n()

  function translateParams(params: ErrorParams): Record<string, string | number> {
    const entries = Object.entries(params).map(([name, value]) => {
      const key = `${TRANSLATED_PARAMS[name] ?? ''}.${value}`
      return [name, te(key) ? t(key) : value] as const
    })
    return Object.fromEntries(entries)
  }

  return {
    failure(failure) {
      const key = `errors.${failure.code}`
      return te(key) ? t(key, translateParams(failure.params)) : failure.message
    },
    reason(reason) {
      if (!reason) return ''
      return 'sentence' in reason ? reason.sentence : t(reason.key, reason.params)
    },
  }
}
