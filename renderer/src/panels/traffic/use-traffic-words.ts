import { useI18n } from 'vue-i18n'
import type { TrafficMarker, TrafficResult, TrafficRun } from '../../../../services/contract/traffic.ts'
import { useFormat } from '../../composables/use-format.ts'

export interface TrafficWords {
  /** A moment of the run: "12.34 s". */
  at(ms: number): string
  marker(marker: TrafficMarker): string
  /** "180 ms (±5 ms at 200 req/s)". */
  downtime(result: TrafficResult): string
  resolution(result: TrafficResult): string
  run(run: TrafficRun): string
}

const TIME_DIGITS = 2

/** What the traffic panel says, in the language of the window. */
export function useTrafficWords(): TrafficWords {
  const { t, te, n, locale } = useI18n()
  const format = useFormat()

  function at(ms: number): string {
    const digits = new Intl.NumberFormat(locale.value, { maximumFractionDigits: TIME_DIGITS })
    return `${digits.format(ms / 1000)}\u00a0s`
  }

  function marker({ kind, subject, what, ok }: TrafficMarker): string {
    if (kind === 'service') return t('traffic.marker.service', { subject, what: known(`states.${what}`, what) })
    if (kind === 'backend') return t('traffic.marker.backend', { subject, what: known(`backendStates.${what}`, what) })
    if (kind === 'release') return t('traffic.marker.release', { subject, what })
    const ending = ok === null ? 'begins' : ok ? 'done' : 'failed'
    return t(`traffic.marker.${kind}.${ending}`, { subject, what })
  }

  function known(key: string, otherwise: string): string {
    return te(key) ? t(key) : otherwise
  }

  function resolution({ resolutionMs, rate }: TrafficResult): string {
    return t('traffic.resolution', { resolution: format.ms(resolutionMs), rate: n(rate) })
  }

  return {
    at,
    marker,
    resolution,
    downtime: (result) => `${format.ms(result.downtimeMs)} (${resolution(result)})`,
    run: ({ id, label }) => (label === '' ? t('traffic.runName', { id }) : t('traffic.runNamed', { id, label })),
  }
}
