import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import type {
  Capabilities,
  CommandInput,
  CommandName,
  CommandOutput,
  FileText,
  HostState,
  LabEvent,
  RequestResult,
  ServiceAction,
  ServiceState,
  TopologySummary,
} from '../../../services/contract/index.ts'
import { foldEvent } from '../../../services/contract/fold.ts'
import { EMPTY_LAB } from '../../../services/contract/state.ts'
import type { LabClient } from '../client/client.ts'
import { useNoticesStore } from './notices.ts'

/** The event log and the history of requests forget their oldest entries beyond these. */
const MAX_EVENTS = 10_000
const MAX_REQUESTS = 20
/** One sample a second: what a sparkline shows. */
const RATE_SAMPLES = 40

/**
 * The window's copy of the lab: a snapshot and every event after it, folded by the contract's own function. Commands
 * are sent here and by the other stores through `run` and `perform`, nowhere else. A command that is under way is not
 * sent a second time (see `busy`).
 */
export const useLabStore = defineStore('lab', () => {
  const notices = useNoticesStore()
  const state = shallowRef(EMPTY_LAB)
  const events = shallowRef<readonly LabEvent[]>([])
  const requests = shallowRef<readonly RequestResult[]>([])
  const rates = shallowRef<ReadonlyMap<string, readonly number[]>>(new Map())
  const topologies = shallowRef<readonly TopologySummary[] | null>(null)
  const capabilities = shallowRef<Capabilities | null>(null)
  const connected = ref(false)
  const busy = reactive(new Set<string>())
  const followers = new Set<(events: readonly LabEvent[]) => void>()
  let client: LabClient | null = null

  const services = computed(() => state.value.services)
  const hosts = computed(() => state.value.hosts)
  const phase = computed(() => state.value.phase)
  const readyCount = computed(() => services.value.filter((service) => service.state === 'ready').length)
  const failedCount = computed(() => services.value.filter((service) => service.state === 'failed').length)
  const liveCount = computed(() => services.value.filter((service) => service.pid !== null).length)
  const deploying = computed(() => state.value.deployment !== null && state.value.deployment.endedAtMs === null)

  function service(id: string): ServiceState | null {
    return services.value.find((candidate) => candidate.id === id) ?? null
  }

  function host(id: string): HostState | null {
    return hosts.value.find((candidate) => candidate.id === id) ?? null
  }

  /** Takes the snapshot and follows the events from there. Called again when the engine was restarted. */
  async function connect(labClient: LabClient): Promise<void> {
    client = labClient
    connected.value = false
    busy.clear()
    try {
      // Asked in the same breath: a lab can be started as soon as both are there.
      const known = run('listTopologies', {})
      const subscription = await labClient.subscribe(follow)
      state.value = subscription.state
      events.value = subscription.recent.filter(isLogged).slice(-MAX_EVENTS)
      requests.value = subscription.recent.flatMap((event) => (event.type === 'requestFinished' ? [event.result] : []))
      rates.value = new Map()
      connected.value = true
      topologies.value = await known
      capabilities.value = await run('readCapabilities', {})
    } catch (error) {
      notices.showFailure(error)
    }
  }

  function follow(batch: readonly LabEvent[]): void {
    const fresh = batch.filter((event) => event.seq > state.value.seq)
    if (fresh.length === 0) return
    state.value = fresh.reduce(foldEvent, state.value)
    const logged = fresh.filter(isLogged)
    if (logged.length > 0) events.value = [...events.value, ...logged].slice(-MAX_EVENTS)
    for (const event of fresh) noteFigures(event)
    for (const follower of followers) follower(fresh)
  }

  /** For stores that keep more of the events than the state does: every event that comes from now on, once folded. */
  function onEvents(follower: (events: readonly LabEvent[]) => void): void {
    followers.add(follower)
  }

  function noteFigures(event: LabEvent): void {
    if (event.type === 'requestFinished') requests.value = [...requests.value, event.result].slice(-MAX_REQUESTS)
    if (event.type === 'labPrepared') {
      rates.value = new Map()
      requests.value = []
    }
    if (event.type !== 'metricsSampled') return
    const next = new Map(rates.value)
    for (const sample of event.services) {
      const earlier = next.get(sample.service) ?? []
      next.set(sample.service, [...earlier, sample.requestsPerSecond].slice(-RATE_SAMPLES))
    }
    rates.value = next
  }

  /** For stores of their own subjects; rejects with a `LabError`. */
  function run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
    if (!client) return Promise.reject(new Error(`${command} was asked for before the window was connected`))
    return client.run(command, input)
  }

  /** Runs a command unless one under the same key is under way; a failure becomes a notice and the answer null. */
  async function perform<Name extends CommandName>(
    key: string,
    command: Name,
    input: CommandInput<Name>,
  ): Promise<CommandOutput<Name> | null> {
    if (busy.has(key)) return null
    busy.add(key)
    try {
      return await run(command, input)
    } catch (error) {
      notices.showFailure(error)
      return null
    } finally {
      busy.delete(key)
    }
  }

  const startLab = (topology: string): Promise<unknown> => perform('start-lab', 'startLab', { topology })
  const stopLab = (): Promise<unknown> => perform('stop-lab', 'stopLab', {})

  function actOnService(id: string, action: ServiceAction): Promise<unknown> {
    return perform(`service:${id}`, 'actOnService', { service: id, action })
  }

  function setAutomaticRestart(id: string, enabled: boolean): Promise<unknown> {
    return perform(`automatic-restart:${id}`, 'setAutomaticRestart', { service: id, enabled })
  }

  function sendRequest(url?: string): Promise<RequestResult | null> {
    return perform('request', 'sendRequest', url === undefined ? {} : { url })
  }

  /** Rejects with a `LabError`: the viewer shows it in the place of the text. */
  function readServiceFile(id: string, file: string): Promise<FileText> {
    return run('readServiceFile', { service: id, file })
  }

  return {
    state,
    events,
    requests,
    rates,
    topologies,
    capabilities,
    connected,
    busy,
    services,
    hosts,
    phase,
    readyCount,
    failedCount,
    liveCount,
    deploying,
    service,
    host,
    connect,
    onEvents,
    run,
    perform,
    startLab,
    stopLab,
    actOnService,
    setAutomaticRestart,
    sendRequest,
    readServiceFile,
  }
})

const FIGURES: ReadonlySet<LabEvent['type']> = new Set([
  'metricsSampled',
  'networkSampled',
  'traceChanged',
  'stepChanged',
  'trafficSampled',
  'trafficForgotten',
  'faultsMeasured',
  'capacitySampled',
  'rampForgotten',
  'auditProgressed',
])

/** Figures that change all the time, and counters of the balancer, are no lines of a log. */
function isLogged(event: LabEvent): boolean {
  if (FIGURES.has(event.type)) return false
  if (event.type === 'backendsChanged') return event.changed.length > 0
  return true
}
