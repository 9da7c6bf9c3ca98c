import { History, Layers, Redo2, ServerOff, Undo2, CopyPlus, ShieldCheck } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { BalancePreset, ChangeLabel, DesignedBalancer } from '../../../services/contract/index.ts'
import { useDesignStore } from '../stores/design.ts'
import { useLabStore } from '../stores/lab.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface DesignActions {
  readonly addPair: ComputedRef<UiAction>
  readonly undo: ComputedRef<UiAction>
  readonly redo: ComputedRef<UiAction>
  readonly reset: ComputedRef<UiAction>
  /** What is being done now: `server-3: asking its health page`; null when nothing is. */
  readonly progress: ComputedRef<string | null>
  /** Null for a host that is no server pair. */
  removePair(host: string): UiAction | null
  presets(balancer: DesignedBalancer): readonly UiAction[]
  /** What the toolbar's menu shows. */
  readonly menu: ComputedRef<readonly UiAction[]>
  /** For the command palette. */
  readonly all: ComputedRef<readonly UiAction[]>
}

const PRESET_ICONS = { activeActive: Layers, activePassive: ShieldCheck } as const

/** Server pairs that come and go, balancing presets, undo and redo. */
export function useDesignActions(): DesignActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const design = useDesignStore()

  const blocked = computed(() => {
    if (lab.phase !== 'running') return t(`reasons.phase.${lab.phase}`)
    if (lab.deploying) return t('reasons.deploying')
    return design.changing ? t('design.changing') : null
  })
  const progress = computed(() => {
    const { work } = design.state
    if (work === null) return null
    if (work.step === null) return nameOf(work.label)
    return t('design.progress', { place: work.place ?? '', step: t(`design.steps.${work.step}`) })
  })

  function nameOf({ kind, params }: ChangeLabel): string {
    return t(`changes.${kind}`, { ...params })
  }

  const addPair = computed(() => {
    const { addBlocked } = design.state
    return simpleAction({
      id: 'add-pair',
      group: 'design',
      label: t('design.addPair'),
      icon: CopyPlus,
      hint: t('design.addPairHint'),
      reason: blocked.value ?? (addBlocked === null ? null : t(`design.addBlocked.${addBlocked}`)),
      run: () => void design.addPair(),
    })
  })
  const undo = computed(() => {
    const label = design.state.undoLabel
    return simpleAction({
      id: 'undo',
      group: 'design',
      label: label === null ? t('design.undo') : t('design.undoWhat', { change: nameOf(label) }),
      icon: Undo2,
      shortcut: 'Ctrl+Z',
      reason: blocked.value ?? (label === null ? t('errors.UNDO_NONE') : null),
      run: () => void design.undo(),
    })
  })
  const redo = computed(() => {
    const label = design.state.redoLabel
    return simpleAction({
      id: 'redo',
      group: 'design',
      label: label === null ? t('design.redo') : t('design.redoWhat', { change: nameOf(label) }),
      icon: Redo2,
      shortcut: 'Ctrl+Shift+Z',
      reason: blocked.value ?? (label === null ? t('errors.REDO_NONE') : null),
      run: () => void design.redo(),
    })
  })
  const reset = computed(() =>
    simpleAction({
      id: 'reset-design',
      group: 'design',
      label: t('changes.resetDesign'),
      icon: History,
      hint: t('design.resetHint'),
      reason: blocked.value ?? (design.state.changed ? null : t('design.unchanged')),
      run: () => void design.reset(),
    }),
  )

  function removePair(host: string): UiAction | null {
    const { pairs } = design.state
    if (!pairs.some((pair) => pair.host === host)) return null
    return simpleAction({
      id: `remove-pair:${host}`,
      group: 'design',
      label: t('design.removePair', { host }),
      icon: ServerOff,
      hint: t('design.removePairHint'),
      reason: blocked.value ?? (pairs.length < 2 ? t('design.lastPair') : null),
      run: () => void design.removePair(host),
    })
  }

  function presets(balancer: DesignedBalancer): readonly UiAction[] {
    const passive = balancer.servers.some(({ backup }) => backup)
    const active = balancer.servers.filter(({ backup }) => !backup).length
    const isSo = { activeActive: !passive, activePassive: passive && active === 1 }
    return (['activeActive', 'activePassive'] as const).map((preset: BalancePreset) =>
      simpleAction({
        id: `${preset}:${balancer.balancer}`,
        group: 'design',
        label: t(`design.presets.${preset}`),
        icon: PRESET_ICONS[preset],
        hint: t(`design.presetHints.${preset}`),
        reason: blocked.value ?? (isSo[preset] ? t('design.soAlready') : null),
        run: () => void design.applyPreset({ balancer: balancer.balancer, preset }),
      }),
    )
  }

  const removals = computed(() => design.state.pairs.flatMap(({ host }) => removePair(host) ?? []))
  const menu = computed(() => [addPair.value, ...removals.value, undo.value, redo.value, reset.value])
  const all = computed(() => [
    ...menu.value,
    ...design.state.balancers.flatMap((balancer) =>
      presets(balancer).map((action) => ({ ...action, label: `${balancer.balancer}: ${action.label}` })),
    ),
  ])
  return { addPair, undo, redo, reset, progress, removePair, presets, menu, all }
}
