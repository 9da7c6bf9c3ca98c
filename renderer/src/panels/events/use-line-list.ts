import { useElementSize, useScroll } from '@vueuse/core'
import { computed, nextTick, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { LogLine } from './event-log.ts'
import { windowOf, type RowWindow } from './row-window.ts'

/** Within so many pixels of the end counts as being there: half a row. */
const NEAR_END_PX = 12

export interface LineList {
  readonly rows: ComputedRef<RowWindow>
  /** Whether the newest line is kept in sight. */
  readonly following: Ref<boolean>
  /** Lines that came since the person scrolled up. */
  readonly missed: ComputedRef<number>
  jumpToEnd(): void
  /** Scrolls just far enough to show a row. */
  reveal(index: number): void
}

/**
 * A long list that draws only the rows in sight and keeps the newest one there, until a person scrolls up; back at the
 * end it follows again.
 */
export function useLineList(
  element: Ref<HTMLElement | null>,
  lines: () => readonly LogLine[],
  rowHeight: () => number,
): LineList {
  const { height } = useElementSize(element)
  const { y } = useScroll(element, { onScroll: notePlace })
  const following = ref(true)
  const seenUpTo = ref(0)

  const rows = computed(() => windowOf(lines().length, rowHeight(), y.value, height.value))
  const missed = computed(() => {
    if (following.value) return 0
    const all = lines()
    let count = 0
    while (count < all.length && (all[all.length - 1 - count]?.id ?? 0) > seenUpTo.value) count += 1
    return count
  })

  function notePlace(): void {
    const list = element.value
    // A hidden list has no extent; its position says nothing.
    if (!list || list.clientHeight === 0) return
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight <= NEAR_END_PX
    if (following.value && !atEnd) seenUpTo.value = lines().at(-1)?.id ?? 0
    following.value = atEnd
  }

  async function jumpToEnd(): Promise<void> {
    following.value = true
    await nextTick()
    if (element.value) element.value.scrollTop = element.value.scrollHeight
  }

  function reveal(index: number): void {
    const list = element.value
    if (!list) return
    const top = index * rowHeight()
    if (top < list.scrollTop) list.scrollTop = top
    else if (top + rowHeight() > list.scrollTop + list.clientHeight)
      list.scrollTop = top + rowHeight() - list.clientHeight
  }

  watch([lines, height, rowHeight], () => {
    if (following.value) void jumpToEnd()
  })

  return { rows, following, missed, jumpToEnd: () => void jumpToEnd(), reveal }
}
