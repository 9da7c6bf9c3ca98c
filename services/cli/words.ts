import { auditEndWords } from './audit-summary.ts'
import { stripVTControlCharacters } from 'node:util'
import type { LabEvent, LabState, RequestResult, ServiceState, ServiceStateName } from '../contract/index.ts'
import { kneeWords, settingWords } from './capacity-words.ts'
import { savingWords } from './saving-words.ts'
import { designWords } from './design-words.ts'
import { faultChangeWords, faultEndWords, repairWords } from './fault-words.ts'
import { table, type Output, type Style } from './output.ts'

/** How the command line puts the lab into words. */

const STATE_STYLES: Readonly<Record<ServiceStateName, Style>> = {
  stopped: 'quiet',
  starting: 'warn',
  running: 'warn',
  ready: 'good',
  stopping: 'warn',
  frozen: 'warn',
  failed: 'bad',
}

/** Times below 10 s in milliseconds. */
export function time(ms: number): string {
  return ms < 10_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

export function count(number: number, word: string, plural = `${word}s`): string {
  return `${number} ${number === 1 ? word : plural}`
}

export function styledTable(rows: readonly (readonly string[])[]): string {
  return table(rows, (cell) => stripVTControlCharacters(cell).length)
}

export function serviceTable(services: readonly ServiceState[], out: Output): string {
  const head = ['SERVICE', 'ROLE', 'HOST', 'ADDRESS', 'STATE', 'PID', 'RELEASE'].map((cell) => out.style('quiet', cell))
  const rows = services.map((service) => [
    out.style('strong', service.id),
    service.role,
    service.host,
    `${service.address}:${service.port}`,
    out.style(STATE_STYLES[service.state], service.state),
    service.pid === null ? '-' : String(service.pid),
    service.release ?? '-',
  ])
  return styledTable([head, ...rows])
}

/** The lab as a person reads it: what it is, where it lies, what runs. */
export function labText(state: LabState, out: Output): string {
  const facts = [
    `${out.style('quiet', 'Topology ')} ${state.topology ?? '-'}`,
    `${out.style('quiet', 'Workspace')} ${state.workspace ?? '-'}`,
  ]
  return [...facts, ...interruptionText(state), '', serviceTable(state.services, out)].join('\n')
}

/** Whoever looks at the lab after a crash learns what each server has. */
function interruptionText({ interruptedDeployment: interrupted }: LabState): readonly string[] {
  if (interrupted === null) return []
  const { release, strategy, hosts } = interrupted
  const now = hosts.map(({ host, now: has }) => `${host} has ${has ?? 'none'}`).join(', ')
  return ['', `The last deployment (${release} by ${strategy}) was interrupted: ${now}.`]
}

/** What to type next, with the addresses of this very lab. */
export function hintLines(state: LabState): readonly string[] {
  const { dns, entryUrl } = state
  if (dns === null || entryUrl === null) return []
  const entry = entryService(state)
  const hints = [`dig @${dns.address} -p ${dns.port} ${new URL(entryUrl).hostname}`]
  if (entry) hints.push(`curl http://${entry.address}:${entry.port}/`)
  return [...hints, 'npm run -s lab -- request']
}

/** The service that answers browsers: where the client's HTTP link leads. */
function entryService(state: LabState): ServiceState | undefined {
  const link = state.links.find(({ from, protocol }) => from === 'client' && protocol === 'HTTP')
  return state.services.find(({ id }) => id === link?.to)
}

export function requestText(result: RequestResult, out: Output): string {
  const good = result.status !== null && result.status < 400
  const { dnsMs, connectMs, firstByteMs, totalMs } = result.phases
  const facts = [
    ['status', out.style(good ? 'good' : 'bad', `${result.status ?? '-'} ${result.statusText}`)],
    ['release', result.release ?? '-'],
    ['via', result.via.join(' > ') || '-'],
    [
      'phases',
      `DNS ${time(dnsMs)}, connect ${time(connectMs)}, first byte ${time(firstByteMs)}, total ${time(totalMs)}`,
    ],
    ['assets', assetsText(result)],
    ['traceparent', result.traceparent],
  ]
  const rows = facts.map(([name = '', value = '']) => [`  ${out.style('quiet', name)}`, value])
  return `GET ${result.url}\n${styledTable(rows)}`
}

function assetsText({ assets }: RequestResult): string {
  const failed = assets.filter(({ status }) => status === null || status >= 400)
  const all = count(assets.length, 'file')
  return failed.length === 0 ? all : `${all}, ${failed.length} failed: ${failed.map(({ path }) => path).join(', ')}`
}

/** One line of the event stream, or null for what happens all the time. */
export function eventText(event: LabEvent): string | null {
  const text = eventWords(event)
  return text && `${new Date(event.atMs).toTimeString().slice(0, 8)}  ${text}`
}

function eventWords(event: LabEvent): string | null {
  switch (event.type) {
    case 'labPhaseChanged':
      return `lab: ${event.phase}`
    case 'labPrepared':
      return `lab prepared: ${event.topology} in ${event.workspace}`
    case 'labDisposed':
      return 'lab disposed'
    case 'labFailed':
      return `lab failed: ${event.failure.message}`
    case 'serviceChanged':
      return serviceWords(event.service, event.patch)
    case 'backendsChanged':
      return event.changed.map(({ balancer, server, from, to }) => `${balancer}: ${server} ${from} > ${to}`).join('; ')
    case 'hostReleaseSwitched':
      return `${event.host}: release ${event.from ?? '-'} > ${event.to}`
    case 'releasesChanged':
      return `releases: ${event.releases.map(({ id }) => id).join(', ')}`
    case 'deploymentProgressed': {
      const { release, endedAtMs, ok, hosts } = event.deployment
      if (endedAtMs === null) return null
      return `deployment of ${release} to ${hosts.join(', ')}: ${ok ? 'done' : 'failed'}`
    }
    case 'deploymentInterrupted': {
      const { release, strategy, hosts } = event.interrupted
      const now = hosts.map(({ host, now }) => `${host} has ${now ?? 'none'}`).join(', ')
      return `the deployment of ${release} (${strategy}) was interrupted; ${now}`
    }
    case 'requestFinished': {
      const { url, status, via, release, failure, phases } = event.result
      if (failure) return `GET ${url}: ${failure.message}`
      return `GET ${url}: ${status ?? '-'} ${release ?? ''} via ${via.join(' > ')} in ${time(phases.totalMs)}`
    }
    case 'portReplaced':
      return `${event.service}: port ${event.port} on ${event.address} is taken, ${event.replacement} is used`
    case 'leftoversSwept':
      return `${count(event.count, 'process', 'processes')} of an earlier run ended`
    case 'networkChanged':
      return event.patch.state === undefined ? null : `network cards: ${event.patch.state}`
    case 'packetsCleared':
      return 'packets cleared'
    case 'trafficStarted':
      return `traffic ${event.run.id}: ${event.run.settings.rate} requests a second`
    case 'trafficFinished': {
      const { id, result } = event.run
      return `traffic ${id}: ${result.due - result.succeeded} of ${result.due} requests failed, downtime ${time(result.downtimeMs)}`
    }
    case 'faultChanged':
      return faultChangeWords(event.fault)
    case 'faultCleared':
      return faultEndWords(event.fault, event.by)
    case 'labRepaired':
      return repairWords(event.report)
    case 'auditStarted':
      return 'audit: each part is broken and repaired in turn'
    case 'auditFinished':
      return auditEndWords(event.audit)
    case 'zoneChanged':
      return `zone ${event.zone} changed: serial ${event.serial}`
    case 'cacheFlushed':
      return `${event.service}: ${event.name === '' ? 'everything' : event.name} forgotten (${count(event.count, 'answer')})`
    case 'failoverProgressed':
      return event.failover.state === 'running' ? null : `comparison of failovers: ${event.failover.state}`
    case 'capacityChanged':
      return `${event.service}: ${settingWords(event.setting)}`
    case 'rampProgressed':
      return event.ramp.state === 'running'
        ? null
        : `ramp ${event.ramp.id}: ${event.ramp.state}, ${kneeWords(event.ramp)}`
    case 'designChanged':
      return event.done && designWords(event.done)
    case 'designFound':
      return event.taken
        ? `the design of last time is back (${event.path}); "reset" returns to the shipped one`
        : `a design that was made for another version of this topology was put aside: ${event.path}`
    case 'savingChanged':
      return event.done && savingWords(event.done)
    case 'capacitySampled':
    case 'rampForgotten':
    case 'planChanged':
    case 'stepChanged':
    case 'traceChanged':
    case 'networkSampled':
    case 'trafficSampled':
    case 'trafficForgotten':
    case 'metricsSampled':
    case 'previousReleasesChanged':
    case 'besidesChanged':
    case 'comparisonProgressed':
    case 'faultsMeasured':
    case 'auditProgressed':
      return null
  }
}

function serviceWords(service: string, patch: Partial<ServiceState>): string | null {
  if (patch.state === undefined) return null
  const pid = patch.pid ? ` (pid ${patch.pid})` : ''
  const exit = patch.exit
  const end = exit ? `: ${exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? '-'}`}` : ''
  const reason = patch.failure ? `: ${patch.failure.message}` : end
  return `${service}: ${patch.state}${pid}${patch.state === 'failed' || patch.state === 'stopped' ? reason : ''}`
}
