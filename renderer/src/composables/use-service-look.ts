import { computed } from 'vue'
import type { ServiceState } from '../../../services/contract/index.ts'
import { displayState, type DisplayState } from '../model/display-state.ts'
import { labHosts, seriesOf } from '../model/lab-hosts.ts'
import { useLabStore } from '../stores/lab.ts'

export interface ServiceLook {
  /** The colour that a server has everywhere in the window; undefined for hosts that are not compared. */
  colourOf(host: string): string | undefined
  stateOf(service: ServiceState): DisplayState
}

/** How services look in lists: the colour of their server, and the state as it is shown. */
export function useServiceLook(): ServiceLook {
  const lab = useLabStore()
  const hosts = computed(() => labHosts(lab.state))
  return {
    colourOf(host) {
      const series = seriesOf(hosts.value, host)
      return series === null ? undefined : `var(--series-${series})`
    },
    stateOf: (service) => displayState(service, lab.state.backends),
  }
}
