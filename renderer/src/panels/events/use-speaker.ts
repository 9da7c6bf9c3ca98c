import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSentences } from '../../i18n/use-sentences.ts'
import type { Speaker } from './line-text.ts'

type Params = Readonly<Record<string, string | number>>

/** Speaks the window's language; another object when the language changes, so that kept texts are made anew. */
export function useSpeaker(): ComputedRef<Speaker> {
  const { t, locale } = useI18n()
  const sentences = useSentences()
  /** A change of the design is named by its own sentence. */
  const withChange = (params: Params): Params =>
    typeof params['changeKind'] === 'string'
      ? { ...params, change: t(`changes.${params['changeKind']}`, params) }
      : params
  return computed(() => ({
    language: locale.value,
    say: (key, given) => {
      const params = withChange(given)
      return typeof params['count'] === 'number' ? t(key, params, params['count']) : t(key, params)
    },
    failure: (failure) => sentences.failure(failure),
  }))
}
