import { createI18n, type I18n } from 'vue-i18n'
import type en from '../locales/en.json'
import type { Language } from '../stores/settings.ts'
import firstEnglish from '../locales/en.json?first'
import firstFrench from '../locales/fr.json?first'

type Nothing = Record<never, never>
export type Texts = typeof en
export type Translations = I18n<Record<Language, Texts>, Nothing, Nothing, Language, false>

/** What the toolbar and the status bar say (see .config/first-texts.ts); the rest is loaded when they are painted. */
const FIRST_TEXTS = { en: firstEnglish as Texts, fr: firstFrench as Texts }

/**
 * vue-i18n reads messages into syntax trees and walks them; it makes no code of them, so the window's
 * Content-Security-Policy needs no `unsafe-eval`.
 */
export function createTranslations(language: Language, messages: Record<Language, Texts> = FIRST_TEXTS): Translations {
  return createI18n({
    legacy: false,
    locale: language,
    messages,
    // Both languages have every sentence (a test holds them to it): what is missing is on its way.
    missing: () => '',
  })
}

/** Where a language's sentences lie. */
const LOADERS: Readonly<Record<Language, () => Promise<{ readonly default: Texts }>>> = {
  en: () => import('../locales/en.json'),
  fr: () => import('../locales/fr.json'),
}

type Take = (language: Language, texts: Texts) => void
const loading = new WeakMap<Take, Partial<Record<Language, Promise<void>>>>()

/** Gives every sentence of a language to `take` (vue-i18n's `setLocaleMessage`) and resolves. Each language is read once. */
export function loadTexts(take: Take, language: Language): Promise<void> {
  const known = loading.get(take) ?? {}
  loading.set(take, known)
  known[language] ??= LOADERS[language]().then(({ default: texts }) => take(language, texts))
  return known[language]
}
