import { stripVTControlCharacters } from 'node:util'

/** The lines of a terminal's output as a reader sees them, without colours and control characters. */
export function plainLines(text: string): readonly string[] {
  return stripVTControlCharacters(text).split(/\r?\n/)
}
