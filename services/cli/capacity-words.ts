import type {
  AppCapacity,
  BalancerChoice,
  BalancerView,
  CapacitySetting,
  RampState,
  RampStep,
} from '../contract/index.ts'
import { table, type Output } from './output.ts'
import { stripVTControlCharacters } from 'node:util'

/** How the command line puts capacity and balancing into words. */

function styled(rows: readonly (readonly string[])[]): string {
  return table(rows, (cell) => stripVTControlCharacters(cell).length)
}

export function settingWords(setting: CapacitySetting | null): string {
  if (setting === null) return 'workers not modelled'
  const { workers, costMs, queueLimit } = setting
  return `${workers} workers, ${costMs} ms for each request, at most ${queueLimit} waiting (modelled)`
}

export function kneeWords({ knee, prediction }: RampState): string {
  const found = knee === null ? 'no knee' : `knee at ${number(knee.rate)} requests/s (Kneedle)`
  return prediction === null ? found : `${found}, predicted ${number(prediction.rate)}`
}

export function capacityText(all: readonly AppCapacity[], out: Output): string {
  const head = ['SERVICE', 'WORKERS', 'COST', 'QUEUE', 'CAPACITY', 'BUSY', 'WAITING', 'SERVED/S', '503/S']
  const rows = all.map(({ service, setting, busy, queue, servedPerSecond, rejectedPerSecond }) => [
    out.style('strong', service),
    ...(setting === null
      ? ['-', '-', '-', 'not modelled']
      : [
          String(setting.workers),
          `${setting.costMs} ms`,
          String(setting.queueLimit),
          `${number((setting.workers * 1000) / setting.costMs)}/s`,
        ]),
    ...[busy, queue, servedPerSecond, rejectedPerSecond].map(number),
  ])
  return [
    styled([head.map((cell) => out.style('quiet', cell)), ...rows]),
    '',
    'Workers are modelled: a request takes time of a worker, not of the processor.',
  ].join('\n')
}

/** A line for a step that is over. */
export function stepLine(step: RampStep): string {
  const { offered, achieved, latency, concurrency, queue, little } = step
  const times =
    latency === null ? 'no answers' : `p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, p99 ${ms(latency.p99)}`
  const load =
    concurrency === null
      ? ''
      : `; ${number(concurrency)} inside (Little: ${number(little ?? 0)}), ${number(queue ?? 0)} waiting`
  const errors = errorWords(step)
  return `${number(offered)}/s offered, ${number(achieved)}/s achieved; ${times}${load}${errors === '-' ? '' : `; ${errors}`}`
}

export function rampText(ramp: RampState, out: Output): string {
  const head = [
    'OFFERED',
    'ACHIEVED',
    'P50',
    'P95',
    'P99',
    'INSIDE',
    'LITTLE',
    'WAITING',
    'ERRORS/S',
    'SERVERS (SERVED/S, 503/S)',
  ]
  const rows = ramp.steps.map((step, at) => [
    at === ramp.knee?.step
      ? out.style('strong', `${number(step.offered)}${at === ramp.knee?.step ? ' *' : ''}`)
      : number(step.offered),
    number(step.achieved),
    ...(['p50', 'p95', 'p99'] as const).map((key) => (step.latency === null ? '-' : ms(step.latency[key]))),
    ...[step.concurrency, step.little, step.queue].map((value) => (value === null ? '-' : number(value))),
    errorWords(step),
    step.servers
      .map(({ service, served, rejected }) => `${service} ${number(served)}, ${number(rejected)}`)
      .join('; ') || '-',
  ])
  return [styled([head.map((cell) => out.style('quiet', cell)), ...rows]), '', ...summary(ramp)].join('\n')
}

function summary(ramp: RampState): readonly string[] {
  const { knee, prediction } = ramp
  const found =
    knee === null
      ? 'No knee: the site carried all that was offered.'
      : `Knee: ${number(knee.rate)} requests/s, marked *, by Kneedle (Satopää et al. 2011).`
  if (prediction === null) return [found, 'No prediction: workers are not modelled (see "lab capacity").']
  const parts = prediction.servers.map(
    ({ service, rate, share }) => `${service} ${number(rate)}/s for ${Math.round(share * 100)} %`,
  )
  const off = knee === null ? '' : ` The knee is ${signed((knee.rate / prediction.rate - 1) * 100)} % off.`
  return [found, `Predicted (modelled): ${number(prediction.rate)} requests/s from ${parts.join(', ')}.${off}`]
}

/** The ramp as one line a step, for a spreadsheet. */
export function rampCsv(ramp: RampState): string {
  const head = 'offered,achieved,p50_ms,p95_ms,p99_ms,mean_ms,concurrency,little,queue,errors,knee'
  const rows = ramp.steps.map((step, at) => {
    const { offered, achieved, latency, concurrency, little, queue, errors } = step
    const failed = Object.values(errors).reduce((sum, one) => sum + one, 0)
    const cells = [
      offered,
      achieved,
      latency?.p50,
      latency?.p95,
      latency?.p99,
      latency?.mean,
      concurrency,
      little,
      queue,
      failed,
    ]
    return [...cells.map((cell) => cell ?? ''), at === ramp.knee?.step ? 'knee' : ''].join(',')
  })
  return `${[head, ...rows].join('\n')}\n`
}

export function balancingText(view: BalancerView, out: Output): string {
  const title = `${out.style('strong', view.balancer)} (${view.engine}, ${view.algorithm})`
  if (view.failure !== null) return `${title}: ${view.failure.message}`
  const shares = view.shares.map(({ server, requests, measured, promised, error }) => [
    ...[out.style('strong', server), String(requests), percent(measured)],
    promised === null ? 'no promise' : percent(promised) + (error > 0 ? ` ±${percent(error)}` : ''),
    promised === null ? '-' : `${signed((measured - promised) * 100)} %`,
  ])
  const stats = view.rows.map((row) => STAT_COLUMNS.map((column) => row[column] || '-'))
  const why = view.tellsReasons ? view.choices.map(choiceLine) : ['HAProxy does not tell why it chose a server.']
  const quiet = (cells: readonly string[]): readonly string[] => cells.map((cell) => out.style('quiet', cell))
  return [
    title,
    '',
    styled([quiet(['SERVER', 'REQUESTS', 'SHARE', 'PROMISED', 'DEVIATION']), ...shares]),
    '',
    styled([quiet(STAT_COLUMNS), ...stats]),
    '',
    ...why,
  ].join('\n')
}

const STAT_COLUMNS = [
  ...['pxname', 'svname', 'qcur', 'scur', 'smax', 'stot', 'econ', 'eresp', 'wretr', 'status', 'weight', 'act', 'bck'],
  ...['check_status', 'rate'],
]

function choiceLine({ no, request, server, reason, detail, candidates, algorithm, retry }: BalancerChoice): string {
  const values = candidates.map((one) => `${one.server} ${number(one.value)}`).join(', ')
  const place = detail === '' ? '' : ` at ${detail}`
  return `${no}  ${request} > ${server}  ${algorithm}: ${reason}${place} (${values})${retry ? ' again' : ''}`
}

function errorWords({ errors }: RampStep): string {
  return (
    Object.entries(errors)
      .map(([kind, rate]) => `${kind}: ${number(rate)}`)
      .join(', ') || '-'
  )
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${number(value)}`
}

function percent(share: number): string {
  return `${number(share * 100)} %`
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
