import { Camera, FolderOpen, History, Save } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabStore } from '../stores/lab.ts'
import { useSavingStore } from '../stores/saving.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface SavingActions {
  readonly open: ComputedRef<UiAction>
  /** For the toolbar's menu and the palette. */
  readonly all: ComputedRef<readonly UiAction[]>
}

/** The lab as one file, and snapshots of its state. */
export function useSavingActions(): SavingActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const saving = useSavingStore()

  const blocked = computed(() => {
    if (lab.phase !== 'running') return lab.phase === 'idle' ? t('reasons.noLab') : t(`reasons.phase.${lab.phase}`)
    if (lab.deploying) return t('reasons.deploying')
    return saving.working ? t('saving.working') : null
  })
  const save = computed(() =>
    simpleAction({
      id: 'save-lab-file',
      group: 'files',
      label: t('saving.save'),
      icon: Save,
      hint: t('saving.saveHint'),
      reason: blocked.value,
      run: () => void saving.saveFile(),
    }),
  )
  const open = computed(() =>
    simpleAction({
      id: 'open-lab-file',
      group: 'files',
      label: t('saving.open'),
      icon: FolderOpen,
      hint: t('saving.openHint'),
      reason: lab.busy.has('start-lab')
        ? t('reasons.phase.starting')
        : lab.phase === 'idle'
          ? null
          : t('saving.stopFirst'),
      run: () => void saving.openFile(),
    }),
  )
  const take = computed(() =>
    simpleAction({
      id: 'take-snapshot',
      group: 'files',
      label: t('saving.take'),
      icon: Camera,
      hint: t('saving.takeHint'),
      reason: blocked.value,
      run: () => void saving.take(''),
    }),
  )
  const list = computed(() =>
    simpleAction({
      id: 'show-snapshots',
      group: 'files',
      label: t('saving.list'),
      icon: History,
      reason: lab.phase === 'idle' ? t('reasons.noLab') : null,
      run: () => {
        saving.listOpen = true
      },
    }),
  )
  return { open, all: computed(() => [save.value, open.value, take.value, list.value]) }
}
