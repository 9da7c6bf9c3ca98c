import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { CapacitySetting, RampState } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { isRecord, oneOf, remembered } from './remembered.ts'

export const CAPACITY_VIEWS = ['capacity', 'balancing'] as const
export type CapacityView = (typeof CAPACITY_VIEWS)[number]

/** What a person wrote into the form; '' is an empty field. */
export interface RampForm {
  readonly from: number | ''
  readonly to: number | ''
  readonly step: number | ''
  readonly hold: number | ''
}

const FIRST_FORM: RampForm = { from: 20, to: 300, step: 20, hold: 2 }

/** Ramps, workers and the balancer's choices, as the window shows them. */
export const useCapacityStore = defineStore('capacity', () => {
  const lab = useLabStore()
  const form = remembered<RampForm>('ramp-form', FIRST_FORM, isForm)
  const view = remembered<CapacityView>('capacity-view', 'capacity', oneOf(CAPACITY_VIEWS))
  const label = ref('')
  /** Ramps that are not drawn. */
  const hidden = ref<ReadonlySet<number>>(new Set())

  const ramps = computed(() => lab.state.ramps)
  const running = computed(() => ramps.value.find(({ state }) => state === 'running') ?? null)
  const shown = computed(() => ramps.value.filter(({ id }) => !hidden.value.has(id)))
  const isFormWhole = computed(() => {
    const { from, to, step, hold } = form.value
    return [from, to, step, hold].every((one) => one !== '' && one > 0) && Number(from) < Number(to)
  })

  function toggle(id: number): void {
    const next = new Set(hidden.value)
    if (!next.delete(id)) next.add(id)
    hidden.value = next
  }

  /** A ramp lasts long: the window goes on by its events, not by the answer. */
  async function start(): Promise<void> {
    const { from, to, step, hold } = form.value
    if (!isFormWhole.value) return
    const named = label.value.trim()
    label.value = ''
    await lab.perform('run-ramp', 'runRamp', {
      ...{ from: Number(from), to: Number(to), step: Number(step), holdSeconds: Number(hold) },
      ...(named === '' ? {} : { label: named }),
    })
  }

  const stop = (): Promise<unknown> => lab.perform('stop-ramp', 'stopRamp', {})
  const forget = (id: number): Promise<unknown> => lab.perform(`forget-ramp:${id}`, 'forgetRamp', { id })
  const setCapacity = (service: string, setting: CapacitySetting | null): Promise<unknown> =>
    lab.perform(`set-capacity:${service}`, 'setCapacity', { service, setting })

  return { form, view, label, hidden, ramps, running, shown, isFormWhole, toggle, start, stop, forget, setCapacity }
})

/** The colour of a ramp's curve: the same wherever it is shown. */
export function rampColour({ id }: Pick<RampState, 'id'>): string {
  return `--series-${((id - 1) % 6) + 1}`
}

function isForm(value: unknown): value is RampForm {
  const isField = (one: unknown): boolean => one === '' || typeof one === 'number'
  return isRecord(value) && ['from', 'to', 'step', 'hold'].every((name) => isField(value[name]))
}
