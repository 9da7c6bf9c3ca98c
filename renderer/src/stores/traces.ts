import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'
import type { Trace, TraceSummary, WrittenFile } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { useLayoutStore } from './layout.ts'
import { useNoticesStore } from './notices.ts'
import { oneOf, remembered } from './remembered.ts'

export const TRACE_VIEWS = ['sequence', 'waterfall', 'compare'] as const
export type TraceView = (typeof TRACE_VIEWS)[number]

/** A trace that goes on changes with every packet; it is read again at most this often. */
const READ_PAUSE_MS = 150

interface FollowedTrace {
  readonly trace: ShallowRef<Trace | null>
  readonly failure: ShallowRef<Failure | null>
}

/**
 * The traces of the last requests: which one is shown, which one it is compared with, what is selected in it. The list
 * comes with the lab's state; a whole trace is read when it is looked at, and again when the engine says it changed.
 */
export const useTracesStore = defineStore('traces', () => {
  const lab = useLabStore()
  const layout = useLayoutStore()
  const notices = useNoticesStore()
  const view = remembered<TraceView>('trace-view', 'sequence', oneOf(TRACE_VIEWS))
  /** What a person chose from the list; null follows what was done last. */
  const chosenId = ref<number | null>(null)
  /** The request that was sent last, by its trace id: its trace may come later than its answer. */
  const followedTraceId = ref<string | null>(null)
  const comparedId = ref<number | null>(null)
  const selectedHop = ref<number | null>(null)
  const selectedStep = ref<number | null>(null)

  const summaries = computed(() => lab.state.traces)
  const shownId = computed(() => {
    const known = (find: (summary: TraceSummary) => boolean): number | null => summaries.value.find(find)?.id ?? null
    return (
      known(({ id }) => id === chosenId.value) ??
      known(({ traceId }) => traceId === followedTraceId.value) ??
      summaries.value.at(-1)?.id ??
      null
    )
  })
  const shown = followTrace(shownId)
  const compared = followTrace(comparedId)

  watch(shownId, clearSelection)
  watch(
    () => lab.state.lastRequest,
    (result) => {
      if (result) follow(traceIdOf(result.traceparent))
    },
  )
  watch(
    () => lab.state.step?.traceId,
    (traceId) => {
      if (traceId !== undefined) follow(traceId)
    },
    { immediate: true },
  )

  /** Shows what was just sent, whatever was chosen before. */
  function follow(traceId: string): void {
    chosenId.value = null
    followedTraceId.value = traceId
  }

  function followTrace(id: ComputedRef<number | null> | Ref<number | null>): FollowedTrace {
    const trace = shallowRef<Trace | null>(null)
    const failure = shallowRef<Failure | null>(null)
    let reading = false
    let stale = false

    async function read(): Promise<void> {
      stale = true
      if (reading) return
      reading = true
      while (stale) {
        stale = false
        await readOnce(id.value)
        if (stale) await new Promise((resolve) => setTimeout(resolve, READ_PAUSE_MS))
      }
      reading = false
    }

    async function readOnce(wanted: number | null): Promise<void> {
      try {
        const answer = wanted === null ? null : await lab.run('readTrace', { trace: wanted })
        if (id.value !== wanted) return
        trace.value = answer
        failure.value = null
      } catch (error) {
        if (id.value !== wanted) return
        trace.value = null
        failure.value = toFailure(error)
      }
    }

    watch([id, () => summaries.value.find((summary) => summary.id === id.value)], () => void read(), {
      immediate: true,
    })
    return { trace, failure }
  }

  function choose(id: number): void {
    chosenId.value = id
  }

  /** Selects a hop in all views; `step` when it was one sentence of it. Selecting it again lets go. */
  function selectHop(hop: number, step: number | null = null): void {
    const again = selectedHop.value === hop && selectedStep.value === step
    selectedHop.value = again ? null : hop
    selectedStep.value = again ? null : step
  }

  function clearSelection(): void {
    selectedHop.value = null
    selectedStep.value = null
  }

  const selected = computed(() => {
    const hop = selectedHop.value
    return hop === null ? null : (shown.trace.value?.hops[hop] ?? null)
  })

  /** The link that lights up in the topology, while the trace is looked at. */
  const litLink = computed(() => (layout.isSeen('trace') ? (selected.value?.link ?? null) : null))

  /** Writes a page into the workspace and says where. */
  async function saveReport(name: string, html: string): Promise<WrittenFile | null> {
    const file = await lab.perform('save-report', 'saveReport', { name, html })
    if (file) notices.showDone('trace.saved', { path: file.path }, file.path)
    return file
  }

  return {
    view,
    summaries,
    chosenId,
    shownId,
    shown: shown.trace,
    failure: shown.failure,
    comparedId,
    compared: compared.trace,
    selectedHop,
    selectedStep,
    selected,
    litLink,
    choose,
    selectHop,
    clearSelection,
    saveReport,
  }
})

/** The second part of a `traceparent` (W3C Trace Context, section 3.2). */
function traceIdOf(traceparent: string): string {
  return traceparent.split('-')[1] ?? ''
}
