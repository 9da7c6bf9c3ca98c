import { createTranslations, type Translations } from '../../../renderer/src/i18n/index.ts'
import en from '../../../renderer/src/locales/en.json' with { type: 'json' }
import fr from '../../../renderer/src/locales/fr.json' with { type: 'json' }

/** Every sentence of both languages, as they are in a window that has been painted. */
export function wholeTranslations(): Translations {
  return createTranslations('en', { en, fr })
}
