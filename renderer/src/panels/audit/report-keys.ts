/** Sentences below a key of the locale files, as vue-i18n holds them. */
export interface Words {
  readonly [key: string]: string | Words
}

/** The keys of a report's words: `title`, `effect.down`; the engine fills their places. */
export function keysOf(words: Words, above = ''): readonly string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [above + key] : keysOf(value, `${above}${key}.`),
  )
}
