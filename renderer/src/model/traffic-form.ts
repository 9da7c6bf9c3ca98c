import type { TrafficOrder } from '../../../services/contract/traffic-order.ts'
import { TRAFFIC_DEFAULTS, TRAFFIC_LIMITS, type TrafficConnections } from '../../../services/contract/traffic.ts'

/** What stands in the fields of the start form; an empty number field gives ''. */
export interface TrafficForm {
  readonly rate: number | ''
  readonly rampTo: number | ''
  readonly seconds: number | ''
  readonly connections: TrafficConnections
  readonly slowMs: number | ''
  /** One address on each line, a weight after it where wanted: `/guestbook 3`. */
  readonly urls: string
}

export const FIRST_TRAFFIC_FORM: TrafficForm = {
  rate: 100,
  rampTo: '',
  seconds: '',
  connections: 'keep-alive',
  slowMs: TRAFFIC_DEFAULTS.slowMs,
  urls: '',
}

export const FORM_PROBLEMS = ['rate', 'rampTo', 'rampNeedsSeconds', 'seconds', 'slowMs', 'urls'] as const
export type FormProblem = (typeof FORM_PROBLEMS)[number]

/** The order that the fields make, or which of them cannot be used. */
export function orderOf(form: TrafficForm): TrafficOrder | FormProblem {
  const { rate, rampTo, seconds, slowMs, connections } = form
  if (!isRate(rate)) return 'rate'
  if (rampTo !== '' && !isRate(rampTo)) return 'rampTo'
  if (rampTo !== '' && seconds === '') return 'rampNeedsSeconds'
  if (seconds !== '' && !(seconds > 0 && seconds <= TRAFFIC_LIMITS.maxSeconds)) return 'seconds'
  if (slowMs === '' || !(slowMs > 0 && slowMs <= TRAFFIC_LIMITS.maxSlowMs)) return 'slowMs'
  const urls = readUrls(form.urls)
  if (urls === null) return 'urls'
  return {
    rate,
    connections,
    slowMs,
    ...(rampTo === '' ? {} : { rampTo }),
    ...(seconds === '' ? {} : { seconds }),
    ...(urls.length === 0 ? {} : { urls }),
  }
}

function isRate(rate: number | ''): rate is number {
  return rate !== '' && rate >= TRAFFIC_LIMITS.minRate && rate <= TRAFFIC_LIMITS.maxRate
}

/** Null when a line is no address with an optional weight, or there are too many. */
function readUrls(text: string): NonNullable<TrafficOrder['urls']> | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length > TRAFFIC_LIMITS.maxUrls) return null
  const urls = lines.map((line) => {
    const [, url, weight] = /^((?:\/|http:\/\/)\S*)(?:\s+(\d+(?:\.\d+)?))?$/.exec(line) ?? []
    if (url === undefined) return null
    return weight === undefined ? { url } : { url, weight: Number(weight) }
  })
  return urls.every((one) => one !== null && one.weight !== 0) ? urls.filter((one) => one !== null) : null
}
