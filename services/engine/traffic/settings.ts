import { isIPv4 } from 'node:net'
import { LabError, TRAFFIC_DEFAULTS, type TrafficOrder, type TrafficSettings } from '../../contract/index.ts'
import type { LabPlan } from '../plan/lab-plan.ts'

/** What is needed of the lab's plan: where its site is, whom its client asks, where the client is. */
type LabPlaces = Pick<LabPlan, 'entryUrl' | 'clientAddress'> & {
  readonly nameServer: Pick<LabPlan['nameServer'], 'address' | 'port'>
}

/** What a run does, from what the person asked for. Throws `URL_INVALID`, and `INPUT_INVALID` for a ramp without end. */
export function settingsOf(order: TrafficOrder, plan: LabPlaces, steps?: TrafficSettings['steps']): TrafficSettings {
  if (order.rampTo !== undefined && order.seconds === undefined)
    throw new LabError('INPUT_INVALID', { command: 'startTraffic', detail: 'rampTo needs seconds' })
  const urls = order.urls ?? [{ url: '/' }]
  return {
    rate: order.rate,
    rampTo: order.rampTo ?? null,
    seconds: order.seconds ?? null,
    ...(steps === undefined ? {} : { steps }),
    urls: urls.map(({ url, weight }) => ({ url: wholeUrl(url, plan.entryUrl), weight: weight ?? 1 })),
    connections: order.connections,
    slowMs: order.slowMs ?? TRAFFIC_DEFAULTS.slowMs,
    timeoutMs: order.timeoutMs ?? TRAFFIC_DEFAULTS.timeoutMs,
  }
}

function wholeUrl(text: string, entryUrl: string): string {
  const url = URL.parse(text, entryUrl)
  if (url === null) throw new LabError('URL_INVALID', { url: text, detail: 'it is neither a path nor an address' })
  if (url.protocol !== 'http:') throw new LabError('URL_INVALID', { url: text, detail: 'the lab speaks http: only' })
  if (isIPv4(url.hostname) && !url.hostname.startsWith('127.'))
    throw new LabError('URL_INVALID', { url: text, detail: 'traffic goes to addresses of the lab (127.x.x.x) only' })
  url.hash = ''
  return url.href
}

/** The generator's command line. The lab's client asks whom its browser asks for names, from its own address. */
export function argumentsOf(settings: TrafficSettings, plan: LabPlaces): readonly string[] {
  const { rate, rampTo, seconds, steps, urls, connections, slowMs, timeoutMs } = settings
  return [
    ...['--rate', String(rate)],
    ...(seconds === null ? [] : ['--seconds', String(seconds)]),
    ...(rampTo === null ? [] : ['--ramp-to', String(rampTo)]),
    ...(steps === undefined ? [] : ['--steps', steps.map((step) => `${step.rate}x${step.seconds}`).join(',')]),
    ...urls.flatMap(({ url, weight }) => ['--url', `${weight}*${url}`]),
    ...['--dns', `${plan.nameServer.address}:${plan.nameServer.port}`],
    ...['--source', plan.clientAddress],
    ...(connections === 'new' ? ['--new-connections'] : []),
    ...['--slow-ms', String(slowMs)],
    ...['--timeout-ms', String(timeoutMs)],
  ]
}
