import { useIntervalFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { MAX_PAGE_ROWS, type PacketPage, type PacketRow } from '../../../../services/contract/network.ts'
import { RowCache } from './row-cache.ts'
import { clampTop, drawnRange, endTop, isAtEnd, revealTop, type ListExtent } from './row-scroll.ts'

/** Looked at four times a second: fast enough to follow, slow enough to read. */
const POLL_MS = 250

export interface PacketListSource {
  /** Reads a page; rejects when there is no recording. */
  read(filter: string, from: number | null, limit: number): Promise<PacketPage>
  filter(): string
  /** Whether somebody can see the list. */
  visible(): boolean
  /** Rows that fit, with a fraction. */
  rowsInSight(): number
  /** While it is true the list stands still; recording goes on. */
  readonly paused: Ref<boolean>
  /** The packets were cleared, here or in a shell. */
  onCleared(): void
}

export interface PacketList {
  /** First row in sight, a position with a fraction. */
  readonly top: Ref<number>
  readonly extent: ComputedRef<ListExtent>
  /** Rows to draw; null where the engine has not answered yet. */
  readonly rows: ComputedRef<readonly { readonly index: number; readonly row: PacketRow | null }[]>
  readonly following: Ref<boolean>
  /** Packets that came since the list stopped following. */
  readonly missed: ComputedRef<number>
  /** Whatever the last reading failed with. */
  readonly failure: Ref<unknown>
  /** Whether the engine has answered under this filter. */
  readonly loaded: Ref<boolean>
  scrollTo(top: number): void
  reveal(index: number): void
  jumpToNewest(): void
  rowAt(index: number): PacketRow | null
  refresh(): Promise<void>
  forget(): void
}

/**
 * A window on the packets that pass a filter. Only the rows in sight are read, again and again while somebody looks; the
 * newest are followed until a person scrolls away. What a person looks at stays in place while the oldest packets give way.
 */
export function usePacketList(source: PacketListSource): PacketList {
  const cache = new RowCache()
  /** Counts up when the cache got other rows: the cache itself is not watched. */
  const revision = ref(0)
  const bounds = shallowRef({ first: 0, end: 0 })
  const latestEnd = ref(0)
  const top = ref(0)
  const following = ref(true)
  const { paused } = source
  const seenEnd = ref(0)
  const failure = shallowRef<unknown>(null)
  const loaded = ref(false)
  let underWay: Promise<void> | null = null
  let generation = 0

  const extent = computed<ListExtent>(() => ({ ...bounds.value, visible: source.rowsInSight() }))
  const drawn = computed(() => drawnRange(top.value, extent.value))
  const rows = computed(() => {
    const { start, end } = drawn.value
    return Array.from({ length: end - start }, (_, at) => ({
      index: start + at,
      row: revision.value >= 0 ? (cache.get(start + at) ?? null) : null,
    }))
  })
  const missed = computed(() =>
    following.value && !paused.value ? 0 : Math.max(0, latestEnd.value - Math.max(seenEnd.value, bounds.value.first)),
  )

  function refresh(): Promise<void> {
    const asked = generation
    underWay ??= readOnce().finally(() => {
      underWay = null
      // What was read may be of another filter by now, or of another place than the one that is looked at.
      const isStale = asked !== generation || !isCovered()
      if (source.visible() && failure.value === null && isStale) void refresh()
    })
    return underWay
  }

  function isCovered(): boolean {
    return cache.covers(drawn.value.start, drawn.value.end)
  }

  async function readOnce(): Promise<void> {
    const mine = generation
    const { start, end } = drawn.value
    const newest = following.value && !paused.value
    // The first answer says how many there are: as many rows are asked for as would fit.
    const wanted = Math.max(end - start, Math.ceil(extent.value.visible) + 8)
    try {
      const page = await source.read(source.filter(), newest ? null : start, Math.min(MAX_PAGE_ROWS, wanted))
      if (mine === generation) take(page)
    } catch (error) {
      if (mine === generation) failure.value = error
    }
  }

  function take(page: PacketPage): void {
    failure.value = null
    if (page.error) return
    // Positions count from the last clear: fewer than before means that somebody cleared, here or in a shell.
    if (page.endIndex < latestEnd.value) {
      forget()
      paused.value = false
      source.onCleared()
    }
    loaded.value = true
    latestEnd.value = page.endIndex
    const end = paused.value ? Math.max(bounds.value.end, page.firstIndex) : page.endIndex
    if (page.firstIndex !== bounds.value.first || end !== bounds.value.end)
      bounds.value = { first: page.firstIndex, end }
    cache.add(page.from, page.rows)
    revision.value += 1
    settle()
  }

  function settle(): void {
    top.value = following.value && !paused.value ? endTop(extent.value) : clampTop(top.value, extent.value)
  }

  function scrollTo(wanted: number): void {
    const before = following.value
    top.value = clampTop(wanted, extent.value)
    following.value = isAtEnd(top.value, extent.value)
    if (before && !following.value) seenEnd.value = bounds.value.end
    if (!isCovered()) void refresh()
  }

  function jumpToNewest(): void {
    paused.value = false
    following.value = true
    bounds.value = { ...bounds.value, end: latestEnd.value }
    settle()
    void refresh()
  }

  function forget(): void {
    generation += 1
    cache.clear()
    bounds.value = { first: 0, end: 0 }
    latestEnd.value = 0
    seenEnd.value = 0
    top.value = 0
    following.value = true
    loaded.value = false
    failure.value = null
    revision.value += 1
  }

  watch(paused, (now) => {
    if (now) seenEnd.value = bounds.value.end
    else if (following.value) jumpToNewest()
    else bounds.value = { ...bounds.value, end: latestEnd.value }
  })
  watch(() => source.rowsInSight(), settle)
  watch(
    () => source.filter(),
    () => {
      forget()
      void refresh()
    },
  )
  useIntervalFn(() => {
    if (source.visible()) void refresh()
  }, POLL_MS)

  return {
    top,
    extent,
    rows,
    following,
    missed,
    failure,
    loaded,
    scrollTo,
    reveal: (index) => scrollTo(revealTop(index, top.value, extent.value)),
    jumpToNewest,
    rowAt: (index) => cache.get(index) ?? null,
    refresh,
    forget,
  }
}
