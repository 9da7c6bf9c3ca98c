import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { isBoolean, oneOf, remembered } from './remembered.ts'

export const THEME_CHOICES = ['system', 'light', 'dark', 'projector'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]
export type Theme = Exclude<ThemeChoice, 'system'>

export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]
export const LANGUAGE_CHOICES = ['system', ...LANGUAGES] as const
export type LanguageChoice = (typeof LANGUAGE_CHOICES)[number]

/** What a person set for this window; the system decides where nothing was set. */
export const useSettingsStore = defineStore('settings', () => {
  const themeChoice = remembered<ThemeChoice>('theme', 'system', oneOf(THEME_CHOICES))
  const languageChoice = remembered<LanguageChoice>('language', 'system', oneOf(LANGUAGE_CHOICES))
  const packetDots = remembered('packet-dots', true, isBoolean)
  const prefersDark = usePreferredDark()

  const theme = computed<Theme>(() => {
    if (themeChoice.value !== 'system') return themeChoice.value
    return prefersDark.value ? 'dark' : 'light'
  })
  const language = computed<Language>(() =>
    languageChoice.value === 'system' ? systemLanguage(navigator.languages) : languageChoice.value,
  )

  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value
    document.documentElement.lang = language.value
  })

  return { themeChoice, languageChoice, packetDots, theme, language }
})

/** The first of the system's languages that the window speaks; English else. */
export function systemLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const known = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language)
    if (known) return known
  }
  return 'en'
}
