import { CircleStop, Gauge, Scale, TrendingUp } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCapacityStore } from '../stores/capacity.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface CapacityActions {
  readonly startOrStop: ComputedRef<UiAction>
  readonly all: ComputedRef<readonly UiAction[]>
}

/** What can be done about capacity. Must be called in a component's set-up. */
export function useCapacityActions(): CapacityActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const capacity = useCapacityStore()

  const views = computed(() =>
    (['capacity', 'balancing'] as const).map((view) =>
      simpleAction({
        id: `show-${view}`,
        group: 'capacity',
        label: t(`capacity.show.${view}`),
        icon: view === 'capacity' ? Gauge : Scale,
        run: () => {
          capacity.view = view
          layout.showPanel('capacity')
        },
      }),
    ),
  )
  const start = computed(() =>
    simpleAction({
      id: 'start-ramp',
      group: 'capacity',
      label: t('capacity.start'),
      icon: TrendingUp,
      reason: cannotStart(),
      run: () => {
        capacity.view = 'capacity'
        layout.showPanel('capacity')
        void capacity.start()
      },
    }),
  )
  const stop = computed(() =>
    simpleAction({
      id: 'stop-ramp',
      group: 'capacity',
      label: t('capacity.stop'),
      icon: CircleStop,
      reason: capacity.running === null ? t('capacity.notRunning') : null,
      run: () => void capacity.stop(),
    }),
  )
  const startOrStop = computed(() => (capacity.running === null ? start.value : stop.value))
  const all = computed(() => [...views.value, start.value, stop.value])

  function cannotStart(): string | null {
    if (lab.phase !== 'running') return lab.phase === 'idle' ? t('reasons.noLab') : t(`reasons.phase.${lab.phase}`)
    if (capacity.running !== null || lab.busy.has('run-ramp')) return t('capacity.runsAlready')
    return capacity.isFormWhole ? null : t('capacity.formWrong')
  }

  return { startOrStop, all }
}
