import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/choices.css'
import { createPinia } from 'pinia'
import { createApp, type App } from 'vue'
import AppWindow from './App.vue'
import { chooseClient } from './client/choose-client.ts'
import { labClientKey } from './client/provide.ts'
import { createTranslations } from './i18n/index.ts'
import NoEngine from './NoEngine.vue'
import { useLabStore } from './stores/lab.ts'
import { useSettingsStore } from './stores/settings.ts'

/**
 * Stores, language, client, window: in the order in which each needs the one before. The engine is asked for last, since
 * its process would take the processor from the window while that comes up; what a person starts meanwhile waits for it.
 */
async function start(): Promise<void> {
  const pinia = createPinia()
  const settings = useSettingsStore(pinia)
  const translations = createTranslations(settings.language)
  const chosen = await chooseClient()

  const app: App = chosen ? createApp(AppWindow, { demonstration: chosen.demonstration }) : createApp(NoEngine)
  app.use(pinia).use(translations)
  if (chosen) app.provide(labClientKey, chosen.client)
  app.mount('#app')
  if (chosen) void useLabStore(pinia).connect(chosen.client)
}

void start()
