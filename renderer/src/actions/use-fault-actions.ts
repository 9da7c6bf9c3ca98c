import { Wrench, Zap } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { FaultPlace } from '../model/fault-choices.ts'
import { useFaultsStore } from '../stores/faults.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface FaultActions {
  /** Opens the dialog at its first place. */
  readonly breakSomething: ComputedRef<UiAction>
  readonly repairAll: ComputedRef<UiAction>
  readonly all: ComputedRef<readonly UiAction[]>
  /** Opens the dialog at a place; call it inside a computed or a template. */
  breakAt(place: FaultPlace): UiAction
}

/** Breaking things on purpose, and repairing them. */
export function useFaultActions(): FaultActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const faults = useFaultsStore()

  const phaseReason = computed(() => (lab.phase === 'running' ? null : t(`reasons.phase.${lab.phase}`)))
  const breakSomething = computed(() =>
    simpleAction({
      id: 'break-something',
      group: 'faults',
      label: t('faults.break'),
      icon: Zap,
      hint: t('faults.breakHint'),
      reason: phaseReason.value,
      run: () => faults.openAt(null),
    }),
  )
  const repairAll = computed(() =>
    simpleAction({
      id: 'repair-all',
      group: 'faults',
      label: t('faults.repairAll'),
      icon: Wrench,
      hint: t('faults.repairAllHint'),
      reason: phaseReason.value ?? (faults.repairing ? t('faults.repairing') : null),
      run: () => {
        layout.showPanel('faults')
        void faults.clearAll()
      },
    }),
  )

  function breakAt(place: FaultPlace): UiAction {
    return simpleAction({
      id: `break:${place.target}:${place.id}`,
      group: 'service',
      label: t('faults.breakAt', { place: place.id }),
      icon: Zap,
      reason: phaseReason.value,
      run: () => faults.openAt(place),
    })
  }

  return { breakSomething, repairAll, breakAt, all: computed(() => [breakSomething.value, repairAll.value]) }
}
