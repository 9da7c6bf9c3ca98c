import type { Failure } from '../../../../services/contract/index.ts'
import { formatMs } from '../../model/format.ts'
import type { LogLine } from './event-log.ts'

/** What a line's words come from: the locale files and the sentences of failures. */
export interface Speaker {
  readonly language: string
  say(key: string, params: Readonly<Record<string, string | number>>): string
  failure(failure: Failure): string
}

/** A line's sentence, with figures in their units, and the reason after it where something failed. */
export function lineText(line: LogLine, speaker: Speaker): string {
  const said = speaker.say(`events.${line.key}`, inWords(line.params, speaker))
  return line.failure ? `${said} ${speaker.failure(line.failure)}` : said
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
