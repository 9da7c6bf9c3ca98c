import { Filter, Wrench } from '@lucide/vue'
import { useI18n } from 'vue-i18n'
import { useFaultWords } from '../composables/use-fault-words.ts'
import { useFaultsStore } from '../stores/faults.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { usePacketsStore } from '../stores/packets.ts'
import { simpleAction, type UiAction } from './ui-action.ts'
import { useFaultActions } from './use-fault-actions.ts'

/** What can be done with one link: break it, repair it, look at its packets. Call the answer inside a computed. */
export function useLinkActions(): (link: string) => readonly UiAction[] {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const faults = useFaultsStore()
  const packets = usePacketsStore()
  const words = useFaultWords()
  const { breakAt } = useFaultActions()

  function repairs(link: string): readonly UiAction[] {
    return lab.state.faults.flatMap(({ id, spec }) => {
      if (spec.target !== 'link' || spec.link !== link) return []
      const label = t('faults.repairOne', { kind: words.kind(spec), place: words.place(spec) })
      return [
        simpleAction({ id: `repair:${id}`, group: 'service', label, icon: Wrench, run: () => void faults.clear(id) }),
      ]
    })
  }

  return (link) => {
    const ends = link.replace('>', ' > ')
    const place = { target: 'link', id: link } as const
    return [
      ...repairs(link),
      breakAt(place),
      simpleAction({
        id: `packets-of:${link}`,
        group: 'network',
        label: t('topology.linkPackets', { link: ends }),
        icon: Filter,
        reason: packets.network.state === 'ready' ? null : t('packets.reasons.noNetwork'),
        run: () => {
          layout.showPanel('packets')
          packets.showOnly(`link ${ends}`)
        },
      }),
    ]
  }
}
