import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSettingsStore } from '../stores/settings.ts'
import { loadTexts } from './index.ts'

/**
 * Keeps the window's words in the language of the settings: reads the rest of them once `begin` has resolved, and another
 * language when it is chosen; until it is there the window keeps the one it has. The promise is of the first language.
 */
export function useLanguage(begin: Promise<void>): Promise<void> {
  const { locale, setLocaleMessage } = useI18n()
  const settings = useSettingsStore()
  const load = (language = settings.language): Promise<void> => loadTexts(setLocaleMessage, language)

  watch(
    () => settings.language,
    async (language) => {
      await load(language)
      if (language === settings.language) locale.value = language
    },
  )
  return begin.then(() => load())
}
