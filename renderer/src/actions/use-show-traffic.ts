import { Activity } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLayoutStore } from '../stores/layout.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

/** Brings the traffic's panel forward. By itself, since the toolbar is there before the panel and its store. */
export function useShowTraffic(): ComputedRef<UiAction> {
  const { t } = useI18n()
  const layout = useLayoutStore()
  return computed(() =>
    simpleAction({
      id: 'show-traffic',
      group: 'traffic',
      label: t('traffic.show'),
      icon: Activity,
      hint: t('traffic.showHint'),
      run: () => layout.showPanel('traffic'),
    }),
  )
}
