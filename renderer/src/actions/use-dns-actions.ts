import { CircleStop, Eraser, History, Play, Signpost, Undo2 } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useDnsStore } from '../stores/dns.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface DnsActions {
  /** Brings the panel forward. */
  readonly show: ComputedRef<UiAction>
  readonly editZone: ComputedRef<UiAction>
  readonly flush: ComputedRef<UiAction>
  readonly undo: ComputedRef<UiAction>
  /** Begins the comparison of failovers, or stops it. */
  readonly compareOrStop: ComputedRef<UiAction>
}

/** What can be done with names. Must be called in a component's set-up. */
export function useDnsActions(): DnsActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const dns = useDnsStore()
  const noLab = (): string | null =>
    lab.phase === 'running' ? null : lab.phase === 'idle' ? t('reasons.noLab') : t(`reasons.phase.${lab.phase}`)

  const show = computed(() =>
    simpleAction({
      id: 'show-dns',
      group: 'dns',
      label: t('dns.show'),
      icon: Signpost,
      hint: t('dns.showHint'),
      run: () => layout.showPanel('dns'),
    }),
  )
  const editZone = computed(() =>
    simpleAction({
      id: 'edit-zone',
      group: 'dns',
      label: t('dns.editZone'),
      icon: History,
      reason: noLab(),
      run: () => {
        dns.zoneView = 'file'
        layout.showPanel('dns')
      },
    }),
  )
  const flush = computed(() =>
    simpleAction({
      id: 'flush-cache',
      group: 'dns',
      label: t('dns.flushAll'),
      icon: Eraser,
      reason: noLab() ?? (lab.state.services.some(({ role }) => role === 'resolver') ? null : t('dns.noResolver')),
      run: () => void dns.flush(),
    }),
  )
  const undo = computed(() =>
    simpleAction({
      id: 'undo-zone',
      group: 'dns',
      label: t('dns.undo'),
      icon: Undo2,
      reason: dns.canUndo ? null : t('dns.nothingToUndo'),
      run: () => void dns.undo(),
    }),
  )
  const compareOrStop = computed(() =>
    dns.comparing
      ? simpleAction({
          id: 'stop-failover',
          group: 'dns',
          label: t('dns.failover.stop'),
          icon: CircleStop,
          run: () => void dns.stopComparing(),
        })
      : simpleAction({
          id: 'compare-failover',
          group: 'dns',
          label: t('dns.failover.start'),
          icon: Play,
          reason: noLab() ?? (lab.busy.has('failover') ? t('dns.failover.begins') : null),
          run: () => {
            dns.cacheView = 'failover'
            layout.showPanel('dns')
            void dns.compare()
          },
        }),
  )
  return { show, editZone, flush, undo, compareOrStop }
}
