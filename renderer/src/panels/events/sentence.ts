import type { Failure, FaultFigure, ServiceStateName } from '../../../../services/contract/index.ts'

/** What a line of the event log is about; the log can be narrowed to one of them. */
export const EVENT_KINDS = [
  'lab',
  'service',
  'balancer',
  'request',
  'deployment',
  'network',
  'traffic',
  'fault',
  'design',
  'dns',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export type EventLevel = 'info' | 'good' | 'warning' | 'error'

export interface SeenFigure {
  readonly name: FaultFigure
  readonly value: number
}

/** One line of the event log, before it has a language. */
export interface Sentence {
  readonly kind: EventKind
  readonly level: EventLevel
  /** Key below `events.` in the locale files. */
  readonly key: string
  /** Values for the sentence's places; those whose names end in `Ms` are durations, `Bytes` are sizes. */
  readonly params: Readonly<Record<string, string | number>>
  /** The services that the line is about, the main one first: a click selects it, a filter finds them all. */
  readonly services: readonly string[]
  /** The host that the line is about, where it is about no service. */
  readonly host: string | null
  /** The state that a service came to, drawn by its own glyph. */
  readonly state: ServiceStateName | null
  /** What a fault was seen to do; said behind the sentence. */
  readonly seen: readonly SeenFigure[]
  /** Why it went wrong; its own sentence and code follow the line's. */
  readonly failure: Failure | null
}

type Details = Partial<Pick<Sentence, 'params' | 'services' | 'host' | 'state' | 'seen' | 'failure'>>

export function sentence(kind: EventKind, level: EventLevel, key: string, details: Details = {}): Sentence {
  return { kind, level, key, params: {}, services: [], host: null, state: null, seen: [], failure: null, ...details }
}
