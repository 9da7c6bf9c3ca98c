import { Play, Rocket, Send, Square } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { useSurfacesStore } from '../stores/surfaces.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface LabActions {
  readonly start: ComputedRef<UiAction>
  readonly stop: ComputedRef<UiAction>
  /** Whichever of the two makes sense now: the meaning of F5. */
  readonly startOrStop: ComputedRef<UiAction>
  readonly send: ComputedRef<UiAction>
  readonly deploy: ComputedRef<UiAction>
}

/** The main job: start, send a request, deploy, stop. */
export function useLabActions(): LabActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const surfaces = useSurfacesStore()

  const phaseReason = computed(() => (lab.phase === 'running' ? null : t(`reasons.phase.${lab.phase}`)))
  const startReason = computed(() => {
    // Before the engine has listed them, the chosen one counts as there: the command waits for the engine.
    const chosen = lab.topologies?.find((topology) => topology.id === surfaces.chosenTopology)
    if (lab.topologies && (!chosen || chosen.failure)) return t('reasons.noTopology')
    if (lab.busy.has('start-lab')) return t('reasons.phase.starting')
    return lab.phase === 'idle' ? null : t(`reasons.phase.${lab.phase}`)
  })

  const start = computed(() =>
    simpleAction({
      id: 'start-lab',
      group: 'lab',
      label: t('toolbar.start'),
      icon: Play,
      shortcut: 'F5',
      reason: startReason.value,
      run: () => void lab.startLab(surfaces.chosenTopology),
    }),
  )
  const stop = computed(() =>
    simpleAction({
      id: 'stop-lab',
      group: 'lab',
      label: t('toolbar.stop'),
      icon: Square,
      shortcut: 'F5',
      reason: stopReason(),
      run: () => void lab.stopLab(),
    }),
  )
  const send = computed(() =>
    simpleAction({
      id: 'send-request',
      group: 'lab',
      label: t('toolbar.send'),
      icon: Send,
      shortcut: 'Ctrl+Enter',
      reason: phaseReason.value ?? (lab.busy.has('request') ? t('reasons.sending') : null),
      run: () => {
        layout.showPanel('request')
        void lab.sendRequest()
      },
    }),
  )
  const deploy = computed(() =>
    simpleAction({
      id: 'deploy',
      group: 'lab',
      label: t('toolbar.deploy'),
      icon: Rocket,
      reason: phaseReason.value,
      run: () => surfaces.openDeploy(),
    }),
  )

  function stopReason(): string | null {
    if (lab.phase === 'idle') return t('reasons.noLab')
    return lab.phase === 'stopping' || lab.busy.has('stop-lab') ? t('reasons.phase.stopping') : null
  }

  const startOrStop = computed(() => (lab.phase === 'idle' ? start.value : stop.value))
  return { start, stop, startOrStop, send, deploy }
}
