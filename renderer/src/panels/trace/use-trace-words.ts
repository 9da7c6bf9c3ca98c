import { useI18n } from 'vue-i18n'
import type { TraceHop, TraceSentence } from '../../../../services/contract/index.ts'
import { beginSentence, withClientNamed } from '../../model/sentence-case.ts'
import { CLIENT } from '../../model/topology-layout.ts'
import { useSettingsStore } from '../../stores/settings.ts'

export interface TraceWords {
  /** Nanoseconds as a person reads them: 340 µs, 4.2 ms, 12 s. */
  time(ns: number): string
  /** With a sign: since the start of the trace, or a difference. */
  elapsed(ns: number): string
  sentence(sentence: TraceSentence): string
  /** `browser › lb-1` */
  way(hop: Pick<TraceHop, 'from' | 'to'>): string
  requestCaption(hop: TraceHop): string
  answerCaption(hop: TraceHop): string
}

/** Nanoseconds in a microsecond, millisecond, second. */
const UNITS = [
  { ns: 1e9, unit: 's', from: 10e9 },
  { ns: 1e6, unit: 'ms', from: 1e6 },
  { ns: 1e3, unit: 'µs', from: 0 },
] as const

/** The words of traces in the window's language; call them in a template or a computed to follow it. */
export function useTraceWords(): TraceWords {
  const { t, te } = useI18n()
  const settings = useSettingsStore()

  function time(ns: number): string {
    const { ns: size, unit } = UNITS.find(({ from }) => Math.abs(ns) >= from) ?? UNITS[2]
    const value = ns / size
    const digits = unit !== 'µs' && Math.abs(value) < 100 ? 1 : 0
    return `${new Intl.NumberFormat(settings.language, { maximumFractionDigits: digits }).format(value)}\u00a0${unit}`
  }

  function requestCaption(hop: TraceHop): string {
    if (hop.failed === 'refused') return t('trace.failures.refused')
    const words = hop.protocol === 'Hrana' && hop.sql.length > 0 ? hop.sql.join('; ') : hop.requestLine
    return hop.attempt > 1 ? t('trace.attemptOf', { attempt: hop.attempt, words }) : words
  }

  function answerCaption(hop: TraceHop): string {
    if (hop.failed === null) return hop.answer
    return [hop.answer, t(`trace.failures.${hop.failed}`)].filter((part) => part !== '').join(' · ')
  }

  return {
    time,
    elapsed: (ns) => (ns === 0 ? '0' : `${ns < 0 ? '−' : '+'}${time(Math.abs(ns))}`),
    sentence({ key, params }) {
      const full = `packets.steps.${key}`
      const client = t('step.client')
      return te(full) ? beginSentence(t(full, withClientNamed(params, client)), client) : key
    },
    way: ({ from, to }) => [from, to].map((id) => (id === CLIENT ? t('trace.browser') : id)).join(' › '),
    requestCaption,
    answerCaption,
  }
}
