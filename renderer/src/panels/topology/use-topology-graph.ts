import type { Edge, Node } from '@vue-flow/core'
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { labHosts } from '../../model/lab-hosts.ts'
import { CLIENT, hostIndex, layOut, type LayoutHost } from '../../model/topology-layout.ts'
import { useLabStore } from '../../stores/lab.ts'
import { useLayoutStore } from '../../stores/layout.ts'
import { useSettingsStore } from '../../stores/settings.ts'
import { cardSizes, positionsKey } from './card-sizes.ts'

export interface TopologyGraph {
  readonly hosts: ComputedRef<readonly LayoutHost[]>
  readonly nodes: ShallowRef<Node[]>
  readonly edges: ComputedRef<Edge[]>
  readonly key: ComputedRef<string>
}

/**
 * The drawing's cards and links. They change only with the plan of the lab, a drag or a change of size; what happens
 * inside the lab is read by the cards themselves, so that a busy lab does not lay out again all the time.
 */
export function useTopologyGraph(): TopologyGraph {
  const lab = useLabStore()
  const layout = useLayoutStore()
  const settings = useSettingsStore()

  const hosts = computed(() => labHosts(lab.state))
  const key = computed(() => positionsKey(lab.state.topology ?? '', settings.theme))
  const links = computed(() => lab.state.links.map(({ id }) => id))
  const plan = computed(() =>
    JSON.stringify([key.value, hosts.value.map(toPlan), links.value, layout.positions[key.value] ?? {}]),
  )
  const nodes = shallowRef<Node[]>([])

  watch(
    plan,
    () => {
      const sizes = cardSizes(settings.theme)
      const dragged = layout.positions[key.value] ?? {}
      const places = layOut(hosts.value, lab.state.links, sizes)
      nodes.value = hosts.value.map((host) => ({
        id: host.id,
        type: 'host',
        position: dragged[host.id] ?? places.get(host.id) ?? { x: 0, y: 0 },
        data: {},
        connectable: false,
        deletable: false,
        // The card's own buttons take the keyboard; the box around them would be a stop that does nothing.
        focusable: false,
      }))
    },
    { immediate: true },
  )

  const edges = computed<Edge[]>(() => {
    const hostOf = hostIndex(hosts.value)
    return lab.state.links.flatMap((link) => {
      const source = hostOf(link.from)
      const target = hostOf(link.to)
      if (source === null || target === null || source === target) return []
      return [
        {
          id: link.id,
          type: 'link',
          source,
          target,
          sourceHandle: link.from === CLIENT ? CLIENT : `out:${link.from}`,
          targetHandle: `in:${link.to}`,
          focusable: false,
          selectable: false,
        },
      ]
    })
  })

  return { hosts, nodes, edges, key }
}

function toPlan(host: LayoutHost): readonly string[] {
  return [host.id, ...host.services.map((service) => service.id)]
}
