import { useLayoutStore } from '../stores/layout.ts'
import { useSelectionStore } from '../stores/selection.ts'

/**
 * Brings a service's terminal forward and gives it the keyboard. The dock shows a panel with the next frame, and a
 * terminal that is still hidden cannot take the keyboard: hence the wait in between.
 */
export function useOpenTerminal(): (service: string) => void {
  const layout = useLayoutStore()
  const selection = useSelectionStore()
  return (service) => {
    layout.showPanel('terminals')
    requestAnimationFrame(() => requestAnimationFrame(() => selection.openTerminal(service)))
  }
}
