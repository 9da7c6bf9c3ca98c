import { CircleStop, Play } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { useTrafficStore } from '../stores/traffic.ts'
import { simpleAction, type UiAction } from './ui-action.ts'
import { useShowTraffic } from './use-show-traffic.ts'

export interface TrafficActions {
  /** Brings the panel forward. */
  readonly show: ComputedRef<UiAction>
  /** Starts a run as the form stands. */
  readonly start: ComputedRef<UiAction>
  readonly stop: ComputedRef<UiAction>
  /** The one of the two that makes sense now. */
  readonly startOrStop: ComputedRef<UiAction>
}

/** What can be done with the load generator. Must be called in a component's set-up. */
export function useTrafficActions(): TrafficActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const traffic = useTrafficStore()

  const show = useShowTraffic()
  const start = computed(() =>
    simpleAction({
      id: 'start-traffic',
      group: 'traffic',
      label: t('traffic.start'),
      icon: Play,
      reason: cannotStart(),
      run: () => {
        layout.showPanel('traffic')
        void traffic.start()
      },
    }),
  )
  const stop = computed(() =>
    simpleAction({
      id: 'stop-traffic',
      group: 'traffic',
      label: t('traffic.stop'),
      icon: CircleStop,
      reason: traffic.running ? (lab.busy.has('stop-traffic') ? t('traffic.stopping') : null) : t('traffic.notRunning'),
      run: () => void traffic.stop(),
    }),
  )
  const startOrStop = computed(() => (traffic.running ? stop.value : start.value))

  function cannotStart(): string | null {
    if (lab.phase !== 'running') return lab.phase === 'idle' ? t('reasons.noLab') : t(`reasons.phase.${lab.phase}`)
    if (traffic.running) return t('traffic.runsAlready')
    if (lab.busy.has('start-traffic')) return t('traffic.starting')
    return typeof traffic.order === 'string' ? t(`traffic.problems.${traffic.order}`) : null
  }

  return { show, start, stop, startOrStop }
}
