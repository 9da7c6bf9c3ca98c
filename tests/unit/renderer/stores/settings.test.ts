import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it } from 'vitest'
import { systemLanguage, useSettingsStore } from '../../../../renderer/src/stores/settings.ts'

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

it('takes the first language of the system that it speaks', () => {
  expect(systemLanguage(['de-DE', 'fr-CA', 'en'])).toBe('fr')
  expect(systemLanguage(['de'])).toBe('en')
})

it('puts theme and language on the document, where the styles and screen readers look', async () => {
  const settings = useSettingsStore()
  settings.themeChoice = 'projector'
  settings.languageChoice = 'fr'
  await nextTick()
  expect(settings.theme).toBe('projector')
  expect(document.documentElement.dataset['theme']).toBe('projector')
  expect(document.documentElement.lang).toBe('fr')
})
