import { useDocumentVisibility, useIntervalFn, usePreferredReducedMotion } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue'
import type { PacketProtocol, PacketRow } from '../../../../services/contract/index.ts'
import { usePacketsStore } from '../../stores/packets.ts'
import { useSettingsStore } from '../../stores/settings.ts'
import { MAX_DOT_RATE } from './link-thickness.ts'

/** One packet on one link. Its delay is there from its first drawing, so that packets set off in their order. */
export interface PacketDot {
  readonly id: number
  readonly link: string
  readonly delayMs: number
  /** Whether it goes against the link's direction: an answer. */
  readonly back: boolean
  readonly protocol: PacketProtocol
}

export const packetDotsKey: InjectionKey<Readonly<ShallowRef<readonly PacketDot[]>>> = Symbol('packet dots')

/** A dot needs this long per link; slow enough to follow with the eye. */
export const DOT_MS = 420
/** Really a request passes all links within milliseconds: its packets set off so long after one another. */
export const STAGGER_MS = 110
/** More than this waiting in line would show the past: what comes on top is not drawn. */
const MAX_WAITING_MS = 4000
const POLL_MS = 250
/** What is asked for at once; when more went by, dots are noise. */
const PAGE_ROWS = 80

/**
 * Dots for packets that carry something, in the order in which they went by, as far as they fit into the line of those
 * that wait already. Pure: `now` is when they are drawn, `freeAt` when the last one of the line sets off.
 */
export function dotsOf(
  rows: readonly PacketRow[],
  busyLinks: ReadonlySet<string>,
  now: number,
  freeAt: number,
): { readonly dots: readonly PacketDot[]; readonly freeAt: number } {
  const dots: PacketDot[] = []
  let next = Math.max(now, freeAt)
  for (const { no, link, length, from, protocol } of rows) {
    if (link === null || length === 0 || busyLinks.has(link)) continue
    if (next - now > MAX_WAITING_MS) break
    dots.push({ id: no, link, delayMs: next - now, back: !link.startsWith(`${from}>`), protocol })
    next += STAGGER_MS
  }
  return { dots, freeAt: next }
}

/** The dots of the packets that went over the links lately; none while they are turned off or motion is unwelcome. */
export function usePacketDots(): Readonly<ShallowRef<readonly PacketDot[]>> {
  const packets = usePacketsStore()
  const settings = useSettingsStore()
  const motion = usePreferredReducedMotion()
  const page = useDocumentVisibility()
  const dots = shallowRef<readonly PacketDot[]>([])
  /** When each dot has arrived and goes. */
  const gone = new Map<number, number>()
  let seenEnd: number | null = null
  let freeAt = 0
  let isReading = false

  const wanted = computed(
    () =>
      settings.packetDots &&
      motion.value !== 'reduce' &&
      page.value === 'visible' &&
      packets.network.state === 'ready' &&
      packets.recording.mode !== 'off',
  )
  const busyLinks: ComputedRef<ReadonlySet<string>> = computed(
    () => new Set(packets.network.rates.filter((rate) => rate.packetsPerSecond > MAX_DOT_RATE).map(({ link }) => link)),
  )

  async function look(): Promise<void> {
    if (isReading) return
    isReading = true
    try {
      const { rows, from, endIndex } = await packets.readPage('', seenEnd, seenEnd === null ? 0 : PAGE_ROWS)
      const isMuch = seenEnd === null || endIndex < seenEnd || endIndex - from > PAGE_ROWS
      if (!isMuch) add(rows)
      seenEnd = endIndex
    } catch {
      // The panel says why nothing is recorded.
      seenEnd = null
    } finally {
      isReading = false
    }
  }

  function add(rows: readonly PacketRow[]): void {
    const now = performance.now()
    const made = dotsOf(rows, busyLinks.value, now, freeAt)
    freeAt = made.freeAt
    for (const { id, delayMs } of made.dots) gone.set(id, now + delayMs + DOT_MS)
    const left = dots.value.filter(({ id }) => (gone.get(id) ?? 0) > now)
    for (const { id } of dots.value) if ((gone.get(id) ?? 0) <= now) gone.delete(id)
    if (made.dots.length > 0 || left.length < dots.value.length) dots.value = [...left, ...made.dots]
  }

  useIntervalFn(() => {
    if (wanted.value) void look()
  }, POLL_MS)
  watch(wanted, () => {
    seenEnd = null
    dots.value = []
  })
  return dots
}
