import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { PacketView, StepStop } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { isBoolean, remembered } from './remembered.ts'

/** Milliseconds at each stop while it plays by itself. */
export const PACES_MS = [500, 1000, 2000, 5000] as const
const DEFAULT_PACE_MS = 2000

function isPace(value: unknown): value is number {
  return PACES_MS.some((pace) => pace === value)
}

/** What a person said about one stop before it was told. */
export interface Guess {
  readonly choice: string
  readonly right: boolean
}

/**
 * The request that is stepped through. Where it is comes with the lab's state, so it survives every panel and a second
 * client; what is kept here is only how this window looks at it.
 */
export const useStepsStore = defineStore('steps', () => {
  const lab = useLabStore()
  const paceMs = remembered<number>('step-pace', DEFAULT_PACE_MS, isPace)
  const asksFirst = remembered('step-asks-first', false, isBoolean)
  /** The stop that is looked at, by its number; null follows the packet. */
  const viewedNo = ref<number | null>(null)
  const closedTraceId = ref<string | null>(null)
  const guesses = shallowRef<ReadonlyMap<number, Guess>>(new Map())
  const score = ref({ right: 0, asked: 0 })
  const packets = shallowRef<ReadonlyMap<number, PacketView | null>>(new Map())
  /** Which of the two the inspector's column shows. */
  const column = ref<'step' | 'details'>('step')

  const step = computed(() => lab.state.step)
  const active = computed(() => step.value?.phase === 'moving' || step.value?.phase === 'waiting')
  const open = computed(() => step.value !== null && step.value.traceId !== closedTraceId.value)
  const stops = computed<readonly StepStop[]>(() => step.value?.stops ?? [])
  /** Where the packet waits that goes on next: two may wait at once, the older one is first. */
  const waiting = computed(() => (active.value ? (stops.value.find(({ ended }) => ended === null) ?? null) : null))
  const newest = computed(() => waiting.value ?? stops.value.at(-1) ?? null)
  const playing = computed(() => active.value && step.value?.paceMs !== null)
  const viewed = computed(() => stops.value.find(({ no }) => no === viewedNo.value) ?? newest.value)
  /** Looking at what was recorded, while the packet itself is elsewhere or has arrived. */
  const replaying = computed(() => viewed.value !== null && viewed.value.no !== newest.value?.no)
  const previous = computed(() => {
    const index = stops.value.findIndex(({ no }) => no === viewed.value?.no)
    return index > 0 ? (stops.value[index - 1] ?? null) : null
  })
  const guess = computed(() => guesses.value.get(viewed.value?.no ?? 0) ?? null)
  /** The stop whose way on is to be guessed before it is told. */
  const question = computed(() => {
    const stop = waiting.value
    if (!asksFirst.value || playing.value || !stop || stop.answers.length === 0 || stop.choices.length < 2) return null
    return guesses.value.has(stop.no) ? null : stop
  })

  watch(
    () => step.value?.traceId,
    () => {
      guesses.value = new Map()
      packets.value = new Map()
      viewedNo.value = null
      column.value = 'step'
    },
  )
  watch(
    () => newest.value?.no,
    () => {
      viewedNo.value = null
      // Whoever looks at something else while it plays goes on looking.
      if (!playing.value) column.value = 'step'
    },
  )
  watch(
    [viewed, previous],
    (shown) => {
      for (const stop of shown) if (stop && stop.packet > 0) void readPacket(stop.packet)
    },
    { immediate: true },
  )

  /** Null stands for a packet that is not recorded any more. */
  async function readPacket(no: number): Promise<void> {
    if (packets.value.has(no)) return
    const of = step.value?.traceId
    const view = await lab.run('readPacket', { no }).catch(() => null)
    if (of === step.value?.traceId) packets.value = new Map(packets.value).set(no, view)
  }

  function begin(url?: string): Promise<unknown> {
    return perform('stepRequest', url === undefined ? {} : { url })
  }

  /** The commands of one step share a key: whoever presses twice goes one hop, not two. */
  function perform(
    command: 'stepRequest' | 'stepNext' | 'stepPause' | 'stepToEnd' | 'stepCancel',
    input: { readonly url?: string } = {},
  ): Promise<unknown> {
    viewedNo.value = null
    return lab.perform('step', command, input)
  }

  /** Lets the packet go one hop further; in a replay it goes on over what was recorded first. */
  function next(): Promise<unknown> {
    if (!replaying.value) return perform('stepNext')
    lookAside(1)
    return Promise.resolve()
  }

  const pause = (): Promise<unknown> => perform('stepPause')
  const toEnd = (): Promise<unknown> => perform('stepToEnd')
  const cancel = (): Promise<unknown> => perform('stepCancel')

  function play(): Promise<unknown> {
    viewedNo.value = null
    return lab.perform('step', 'stepPlay', { paceMs: paceMs.value })
  }

  /** A new pace holds from the next stop on, also while it plays. */
  function setPace(ms: number): void {
    paceMs.value = ms
    if (playing.value) void play()
  }

  function answer(choice: string): void {
    const stop = question.value
    if (!stop) return
    const right = stop.answers.includes(choice)
    guesses.value = new Map(guesses.value).set(stop.no, { choice, right })
    score.value = { right: score.value.right + (right ? 1 : 0), asked: score.value.asked + 1 }
  }

  function look(no: number | null): void {
    viewedNo.value = no === newest.value?.no ? null : no
  }

  /** Goes back or forth over what has been recorded. */
  function lookAside(by: -1 | 1): void {
    const index = stops.value.findIndex(({ no }) => no === viewed.value?.no)
    const stop = stops.value[index + by]
    if (stop) look(stop.no)
  }

  /** Puts a step that has ended away. */
  function close(): void {
    if (!active.value) closedTraceId.value = step.value?.traceId ?? null
  }

  return {
    paceMs,
    asksFirst,
    column,
    score,
    packets,
    step,
    active,
    open,
    stops,
    newest,
    waiting,
    playing,
    viewed,
    replaying,
    previous,
    guess,
    question,
    begin,
    next,
    play,
    pause,
    toEnd,
    cancel,
    setPace,
    answer,
    look,
    lookAside,
    close,
  }
})
