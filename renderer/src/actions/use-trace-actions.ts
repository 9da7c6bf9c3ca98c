import { FileDown, Waypoints } from '@lucide/vue'
import { computed, getCurrentInstance, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabStore } from '../stores/lab.ts'
import { usePacketsStore } from '../stores/packets.ts'
import { useTracesStore } from '../stores/traces.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface TraceActions {
  /** The packets of the trace that is shown, or of the hop that is selected in it. */
  readonly showPackets: ComputedRef<UiAction>
  readonly saveReport: ComputedRef<UiAction>
}

/** What can be done with the trace that is shown. Must be called in a component's set-up. */
export function useTraceActions(): TraceActions {
  const { t, locale } = useI18n()
  const lab = useLabStore()
  const packets = usePacketsStore()
  const traces = useTracesStore()
  const instance = getCurrentInstance()
  const noTrace = computed(() => (traces.shown ? null : t('trace.none')))

  const showPackets = computed(() =>
    simpleAction({
      id: 'trace-packets',
      group: 'network',
      label: t('trace.showPackets'),
      icon: Waypoints,
      hint: t('trace.showPacketsHint', { trace: traces.shown?.id ?? 0 }),
      reason: noTrace.value,
      run: () => packets.showOnly(filterOf(traces.shown?.id ?? 0)),
    }),
  )
  const saveReport = computed(() =>
    simpleAction({
      id: 'trace-report',
      group: 'network',
      label: t('trace.save'),
      icon: FileDown,
      hint: t('trace.saveHint'),
      reason: noTrace.value ?? (lab.busy.has('save-report') ? t('trace.saving') : null),
      run: () => void save(),
    }),
  )

  /** A selected hop narrows it to its link, where it has one. */
  function filterOf(trace: number): string {
    const link = traces.selected?.link?.split('>')
    return link ? `trace ${trace} and link ${link.join(' > ')}` : `trace ${trace}`
  }

  async function save(): Promise<void> {
    const trace = traces.shown
    if (!trace || !instance) return
    const { traceReport } = await import('../panels/trace/trace-report.ts')
    const facts = {
      trace,
      topology: lab.state.topology ?? '',
      atMs: traces.summaries.find(({ id }) => id === trace.id)?.atMs ?? Date.now(),
      language: locale.value,
      title: t('trace.reportTitle', { trace: trace.id, url: trace.url ?? t('trace.nameOnly') }),
    }
    await traces.saveReport(`trace-${trace.id}`, traceReport(facts, instance.appContext))
  }

  return { showPackets, saveReport }
}
