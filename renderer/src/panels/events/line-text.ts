import type { Failure } from '../../../../services/contract/index.ts'
import { formatFigure, formatMs } from '../../model/format.ts'
import type { LogLine } from './event-log.ts'
import type { SeenFigure } from './sentence.ts'

/** What a line's words come from: the locale files and the sentences of failures. */
export interface Speaker {
  readonly language: string
  say(key: string, params: Readonly<Record<string, string | number>>): string
  failure(failure: Failure): string
}

/** A line's sentence, with figures in their units, and the reason after it where something failed. */
export function lineText(line: LogLine, speaker: Speaker): string {
  const parts = [speaker.say(`events.${line.key}`, inWords(line.params, speaker))]
  if (line.seen.length > 0) {
    const what = line.seen.map((figure) => figureText(figure, speaker)).join(', ')
    parts.push(speaker.say('events.fault.seen', { what }))
  }
  if (line.failure) parts.push(speaker.failure(line.failure))
  return parts.join(' ')
}

/** `70 ms later`, `12 refused`. */
function figureText({ name, value }: SeenFigure, { language, say }: Speaker): string {
  return say(`faults.figures.${name}`, { value: formatFigure(name, value, language) })
}

/** Who a line is about, for its column; '' for the lab as a whole. */
export function lineSubject(line: LogLine): string {
  return line.services[0] ?? line.host ?? ''
}

/** Lines as plain text, one per line, for the clipboard: time, who, sentence, code. */
export function linesAsText(lines: readonly LogLine[], speaker: Speaker, time: (atMs: number) => string): string {
  return lines
    .map((line) => [time(line.atMs), lineSubject(line) || '-', lineText(line, speaker), line.failure?.code])
    .map((columns) => columns.filter((column) => column !== undefined).join('\t'))
    .join('\n')
}

/** Durations with their unit, and the kind of a fault by its name. */
function inWords(params: LogLine['params'], speaker: Speaker): Record<string, string | number> {
  const entries = Object.entries(params).map(([name, value]) => {
    if (name === 'faultKind') return [name, speaker.say(`faults.kinds.${value}`, {})] as const
    return [name, name.endsWith('Ms') && typeof value === 'number' ? formatMs(value, speaker.language) : value] as const
  })
  return Object.fromEntries(entries)
}
