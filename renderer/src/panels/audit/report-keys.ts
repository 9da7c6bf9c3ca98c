import english from '../../locales/en.json'

type Words = { readonly [key: string]: string | Words }

/** The keys of a report's words: `title`, `effect.down`; the engine fills their places. */
export const AUDIT_WORD_KEYS: readonly string[] = keysOf(english.audit.report)

function keysOf(words: Words, above = ''): readonly string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [above + key] : keysOf(value, `${above}${key}.`),
  )
}
