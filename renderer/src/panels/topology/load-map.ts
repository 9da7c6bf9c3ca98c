import type { Component } from 'vue'

/** The drawing and its graph library, a third of the window's code, are needed only once there is a lab. */
export function loadTopologyMap(): Promise<{ readonly default: Component }> {
  return import('./TopologyMap.vue')
}
