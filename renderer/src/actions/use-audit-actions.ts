import { FileDown, Flag, FlagOff, Lightbulb, Octagon, ShieldAlert, Table2, Zap } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { AuditComponent, ReportFormat } from '../../../services/contract/index.ts'
import { useAuditWords } from '../panels/audit/use-audit-words.ts'
import { useAuditStore } from '../stores/audit.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface AuditActions {
  readonly predict: ComputedRef<UiAction>
  readonly prove: ComputedRef<UiAction>
  readonly stop: ComputedRef<UiAction>
  readonly savePage: ComputedRef<UiAction>
  readonly saveTable: ComputedRef<UiAction>
  readonly all: ComputedRef<readonly UiAction[]>
  /** The student's own mark on a part of the topology. */
  mark(part: AuditComponent): UiAction
}

/** Looking for single points of failure. Must be called in a component's set-up. */
export function useAuditActions(): AuditActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const audit = useAuditStore()
  const words = useAuditWords()

  const idle = computed(() => {
    if (lab.phase !== 'running') return lab.phase === 'idle' ? t('reasons.noLab') : t(`reasons.phase.${lab.phase}`)
    return audit.running ? t('audit.underWay') : null
  })
  const show = computed(() =>
    simpleAction({
      id: 'show-audit',
      group: 'audit',
      label: t('audit.show'),
      icon: ShieldAlert,
      run: () => layout.showPanel('audit'),
    }),
  )
  const predict = computed(() =>
    simpleAction({
      id: 'predict-audit',
      group: 'audit',
      label: t('audit.predict'),
      icon: Lightbulb,
      hint: t('audit.predictHint'),
      reason: idle.value,
      run: () => {
        layout.showPanel('audit')
        void audit.predict()
      },
    }),
  )
  const prove = computed(() =>
    simpleAction({
      id: 'prove-audit',
      group: 'audit',
      label: t('audit.prove'),
      icon: Zap,
      hint: t('audit.proveHint'),
      reason: idle.value ?? (lab.busy.has('audit') ? t('audit.underWay') : null),
      run: () => {
        layout.showPanel('audit')
        void audit.prove()
      },
    }),
  )
  const stop = computed(() =>
    simpleAction({
      id: 'stop-audit',
      group: 'audit',
      label: t('audit.stop'),
      icon: Octagon,
      hint: t('audit.stopHint'),
      reason: stopReason(),
      run: () => void audit.stop(),
    }),
  )
  const savePage = computed(() => saving('html', t('audit.savePage')))
  const saveTable = computed(() => saving('csv', t('audit.saveTable')))

  function stopReason(): string | null {
    if (!audit.running) return t('audit.nothingRuns')
    return audit.proof?.phase === 'stopping' || lab.busy.has('stop-audit') ? t('audit.stopAsked') : null
  }

  function saving(format: ReportFormat, label: string): UiAction {
    return simpleAction({
      id: `save-audit-${format}`,
      group: 'audit',
      label,
      icon: format === 'csv' ? Table2 : FileDown,
      hint: t('audit.saveHint'),
      reason: idle.value ?? (audit.shown === null ? t('audit.nothingYet') : null),
      run: () => void audit.save(format, words.reportWords()),
    })
  }

  function mark(part: AuditComponent): UiAction {
    const isMarked = audit.isMarked(part)
    return simpleAction({
      id: `mark-spof:${part.kind}:${part.id}`,
      group: 'service',
      label: t(isMarked ? 'audit.unmark' : 'audit.mark'),
      icon: isMarked ? FlagOff : Flag,
      hint: t('audit.markHint'),
      run: () => audit.toggleMark(part),
    })
  }

  const all = computed(() => [show.value, predict.value, prove.value, stop.value, savePage.value, saveTable.value])
  return { predict, prove, stop, savePage, saveTable, all, mark }
}
