import type { Plugin } from 'vue'
import { createI18n } from 'vue-i18n'
import en from '../locales/en.json' with { type: 'json' }
import fr from '../locales/fr.json' with { type: 'json' }
import type { Language } from '../stores/settings.ts'

/**
 * vue-i18n reads messages into syntax trees and walks them; it makes no code of them, so the window's
 * Content-Security-Policy needs no `unsafe-eval`.
 */
export function createTranslations(language: Language): Plugin {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: { en, fr },
  })
}
