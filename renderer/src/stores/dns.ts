import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { toFailure, type Failure } from '../../../services/contract/errors.ts'
import type { CommandInput, DnsView, ZoneProblem } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'

/** A resolver is asked so often what it remembers, while somebody looks. */
const READ_MS = 1000
/** Bars and seconds move so often between two readings. */
const TICK_MS = 250

export const ZONE_VIEWS = ['table', 'file'] as const
export type ZoneViewName = (typeof ZONE_VIEWS)[number]
export const CACHE_VIEWS = ['cache', 'failover'] as const
export type CacheViewName = (typeof CACHE_VIEWS)[number]

type Change = CommandInput<'changeRecord'>['change']

/** The zone and the resolvers' caches, read again and again while the panel is seen; and what a person is changing. */
export const useDnsStore = defineStore('dns', () => {
  const lab = useLabStore()
  const zoneView = ref<ZoneViewName>('table')
  const cacheView = ref<CacheViewName>('cache')
  const view = shallowRef<DnsView | null>(null)
  const failure = shallowRef<Failure | null>(null)
  /** Why the last change of the zone was not made. */
  const editFailure = shallowRef<Failure | null>(null)
  /** The engine's clock, moved on. */
  const nowMs = ref(0)
  /** A text of the zone that is not saved yet, and the one that it started from. */
  const draft = shallowRef<{ readonly text: string; readonly base: string } | null>(null)
  const draftProblems = shallowRef<readonly ZoneProblem[]>([])
  const seen = ref(false)
  const rate = ref(20)
  const ttl = ref(5)
  let readAt = 0
  let checks = 0

  const running = computed(() => lab.connected && lab.phase === 'running')
  const zone = computed(() => view.value?.zones[0] ?? null)
  const resolver = computed(() => view.value?.resolvers[0] ?? null)
  const failover = computed(() => lab.state.failover)
  const comparing = computed(() => failover.value?.state === 'running')
  const canUndo = computed(() => lab.state.design.canUndo && lab.state.design.undoLabel?.kind === 'editZone')

  async function read(): Promise<void> {
    if (!running.value) return
    try {
      view.value = await lab.run('readDns', {})
      readAt = performance.now()
      failure.value = null
      tick()
    } catch (error) {
      failure.value = toFailure(error)
    }
  }

  function tick(): void {
    if (view.value !== null) nowMs.value = view.value.atMs + (performance.now() - readAt)
  }

  watch(
    [seen, running],
    (_now, _before, onCleanup) => {
      if (!running.value) {
        view.value = null
        draft.value = null
        editFailure.value = null
      }
      if (!seen.value || !running.value) return
      void read()
      const reading = setInterval(() => void read(), READ_MS)
      const ticking = setInterval(tick, TICK_MS)
      onCleanup(() => {
        clearInterval(reading)
        clearInterval(ticking)
      })
    },
    { immediate: true },
  )

  lab.onEvents((events) => {
    const told = events.some(
      ({ type }) => type === 'zoneChanged' || type === 'cacheFlushed' || type === 'requestFinished',
    )
    if (told && seen.value) void read()
  })

  /** Whether it was done; what is wrong stands in `editFailure`, and nothing that was typed is lost. */
  async function attempt(key: string, work: () => Promise<unknown>): Promise<boolean> {
    if (lab.busy.has(key)) return false
    lab.busy.add(key)
    editFailure.value = null
    try {
      await work()
      return true
    } catch (error) {
      editFailure.value = toFailure(error)
      return false
    } finally {
      lab.busy.delete(key)
      await read()
    }
  }

  const change = (wanted: Change): Promise<boolean> => {
    const base = zone.value?.text
    return attempt('edit-zone', () =>
      lab.run('changeRecord', { change: wanted, ...(base === undefined ? {} : { base }) }),
    )
  }

  async function type(text: string): Promise<void> {
    const base = draft.value?.base ?? zone.value?.text ?? ''
    draft.value = text === base ? null : { text, base }
    const check = (checks += 1)
    try {
      const { problems } = await lab.run('checkZone', { text })
      if (check === checks) draftProblems.value = problems
    } catch {
      // The lab is gone; saving says so.
    }
  }

  async function saveDraft(): Promise<void> {
    const typed = draft.value
    if (typed === null) return
    const saved = await attempt('edit-zone', () => lab.run('editZone', { text: typed.text, base: typed.base }))
    if (saved && draft.value === typed) discardDraft()
  }

  function discardDraft(): void {
    draft.value = null
    draftProblems.value = []
    editFailure.value = null
  }

  async function flush(name?: string): Promise<void> {
    await lab.perform(`flush:${name ?? ''}`, 'flushCache', name === undefined ? {} : { name })
    await read()
  }

  const undo = (): Promise<unknown> => lab.perform('undo', 'undo', {})
  const compare = (): Promise<unknown> =>
    lab.perform('failover', 'compareFailover', { rate: rate.value, ttl: ttl.value })
  const stopComparing = (): Promise<unknown> => lab.perform('stop-failover', 'stopFailover', {})

  return {
    zoneView,
    cacheView,
    view,
    failure,
    editFailure,
    nowMs,
    draft,
    draftProblems,
    seen,
    rate,
    ttl,
    zone,
    resolver,
    failover,
    comparing,
    canUndo,
    change,
    type,
    saveDraft,
    discardDraft,
    flush,
    undo,
    compare,
    stopComparing,
  }
})
