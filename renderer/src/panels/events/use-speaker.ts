import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSentences } from '../../i18n/use-sentences.ts'
import type { Speaker } from './line-text.ts'

/** Speaks the window's language; another object when the language changes, so that kept texts are made anew. */
export function useSpeaker(): ComputedRef<Speaker> {
  const { t, locale } = useI18n()
  const sentences = useSentences()
  return computed(() => ({
    language: locale.value,
    say: (key, params) => (typeof params['count'] === 'number' ? t(key, params, params['count']) : t(key, params)),
    failure: (failure) => sentences.failure(failure),
  }))
}
