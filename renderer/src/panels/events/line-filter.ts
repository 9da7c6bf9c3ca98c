import type { LogLine } from './event-log.ts'
import type { EventKind } from './sentence.ts'

/** What the log is narrowed to; null and '' let everything through. */
export interface LineFilter {
  readonly kind: EventKind | null
  readonly service: string | null
  readonly text: string
}

/**
 * Lines that pass. `say` gives a line's full sentence in the window's language, in which the text is looked for,
 * regardless of case and accents.
 */
export function filterLines(
  lines: readonly LogLine[],
  filter: LineFilter,
  say: (line: LogLine) => string,
): readonly LogLine[] {
  const wanted = fold(filter.text.trim())
  if (filter.kind === null && filter.service === null && wanted === '') return lines
  return lines.filter(
    (line) =>
      (filter.kind === null || line.kind === filter.kind) &&
      (filter.service === null || line.services.includes(filter.service)) &&
      (wanted === '' || fold(say(line)).includes(wanted)),
  )
}

function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
}
