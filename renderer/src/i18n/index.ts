import { createI18n, type I18n } from 'vue-i18n'
import en from '../locales/en.json' with { type: 'json' }
import fr from '../locales/fr.json' with { type: 'json' }
import type { Language } from '../stores/settings.ts'

type Nothing = Record<never, never>
export type Translations = I18n<Record<Language, typeof en>, Nothing, Nothing, Language, false>

/**
 * vue-i18n reads messages into syntax trees and walks them; it makes no code of them, so the window's
 * Content-Security-Policy needs no `unsafe-eval`.
 */
export function createTranslations(language: Language): Translations {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: { en, fr },
  })
}
