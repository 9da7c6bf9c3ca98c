import { useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'
import type { LabEvent } from '../../../services/contract/index.ts'
import { TRAFFIC_CONNECTIONS, type TrafficRun } from '../../../services/contract/traffic.ts'
import type { TimeWindow } from '../model/time-window.ts'
import { TrafficColumns } from '../model/traffic-columns.ts'
import { FIRST_TRAFFIC_FORM, orderOf, type TrafficForm } from '../model/traffic-form.ts'
import { useLabStore } from './lab.ts'
import { isRecord, oneOf, remembered } from './remembered.ts'

/** Charts are drawn again at most this often: ten times a second. */
const REDRAW_MS = 100

/**
 * The traffic's runs: which one is shown and compared, what was measured. Figures come with the lab's state; the cells
 * of a run are columns outside of Vue's reactivity, and `revision` counts up when they have changed.
 */
export const useTrafficStore = defineStore('traffic', () => {
  const lab = useLabStore()
  const form = remembered<TrafficForm>('traffic-form', FIRST_TRAFFIC_FORM, isForm)
  /** What a person chose from the list; null follows the newest run. */
  const chosenId = ref<number | null>(null)
  const comparedId = ref<number | null>(null)
  const view = shallowRef<TimeWindow>('live')
  const revision = ref(0)
  const failure = shallowRef<Failure | null>(null)
  const columns = new Map<number, TrafficColumns>()
  /** Runs of which this window has everything, or has asked for it. */
  const asked = new Set<number>()

  const runs = computed(() => lab.state.traffic)
  const running = computed(() => runs.value.find(({ endedAtMs }) => endedAtMs === null) ?? null)
  const shown = computed(() => find(chosenId.value) ?? runs.value.at(-1) ?? null)
  const compared = computed(() => (comparedId.value === shown.value?.id ? null : find(comparedId.value)))
  const order = computed(() => orderOf(form.value))

  const redraw = useThrottleFn(
    () => {
      revision.value += 1
    },
    REDRAW_MS,
    true,
  )

  function find(id: number | null): TrafficRun | null {
    return runs.value.find((run) => run.id === id) ?? null
  }

  function columnsOf(id: number): TrafficColumns {
    const known = columns.get(id) ?? new TrafficColumns()
    columns.set(id, known)
    return known
  }

  lab.onEvents((events) => {
    for (const event of events) follow(event)
  })

  function follow(event: LabEvent): void {
    if (event.type === 'trafficStarted') begin(event.run.id)
    if (event.type === 'trafficForgotten') forgetColumns(event.run)
    if (event.type === 'labPrepared' || event.type === 'labDisposed') reset()
    if (event.type !== 'trafficSampled') return
    columnsOf(event.run).apply(event)
    void redraw()
  }

  /** A run that begins now is shown from its first cell on; nothing of it needs to be read. */
  function begin(id: number): void {
    asked.add(id)
    chosenId.value = null
    view.value = 'live'
  }

  function forgetColumns(id: number): void {
    columns.delete(id)
    asked.delete(id)
  }

  function reset(): void {
    columns.clear()
    asked.clear()
    chosenId.value = null
    comparedId.value = null
    failure.value = null
    void redraw()
  }

  watch(
    [() => shown.value?.id, () => compared.value?.id, () => lab.connected],
    () => {
      for (const run of [shown.value, compared.value]) if (run) void read(run.id)
    },
    { immediate: true },
  )

  /** Reads a run that began before this window followed it, once. */
  async function read(id: number): Promise<void> {
    if (asked.has(id) || !lab.connected) return
    asked.add(id)
    failure.value = null
    try {
      columnsOf(id).apply(await lab.run('readTrafficRun', { id }))
    } catch (error) {
      asked.delete(id)
      failure.value = toFailure(error)
    }
    void redraw()
  }

  function choose(id: number): void {
    chosenId.value = id
    if (find(id)?.endedAtMs !== null) view.value = 'whole'
  }

  /** Puts a run beside the shown one, or takes it away again. */
  function compare(id: number | null): void {
    comparedId.value = id === comparedId.value ? null : id
  }

  async function start(): Promise<void> {
    if (typeof order.value !== 'string') await lab.perform('start-traffic', 'startTraffic', order.value)
  }

  const stop = (): Promise<unknown> => lab.perform('stop-traffic', 'stopTraffic', {})
  const forget = (id: number): Promise<unknown> => lab.perform(`forget-traffic:${id}`, 'forgetTrafficRun', { id })

  return {
    form,
    order,
    view,
    revision,
    failure,
    runs,
    running,
    shown,
    compared,
    columnsOf,
    choose,
    compare,
    start,
    stop,
    forget,
  }
})

const isConnections = oneOf(TRAFFIC_CONNECTIONS)

function isForm(value: unknown): value is TrafficForm {
  const isField = (one: unknown): boolean => one === '' || typeof one === 'number'
  return (
    isRecord(value) &&
    ['rate', 'rampTo', 'seconds', 'slowMs'].every((field) => isField(value[field])) &&
    isConnections(value['connections']) &&
    typeof value['urls'] === 'string'
  )
}
