import { useEventListener } from '@vueuse/core'
import { useLabActions } from '../actions/use-lab-actions.ts'
import { useStepActions } from '../actions/use-step-actions.ts'
import type { UiAction } from '../actions/ui-action.ts'
import { useViewActions } from '../actions/use-view-actions.ts'

/** The keyboard of UI.md. Listens before the panels do, so that a terminal does not swallow the lab's own keys. */
export function useShortcuts(): void {
  const lab = useLabActions()
  const step = useStepActions()
  const view = useViewActions()

  function actionFor(event: KeyboardEvent): UiAction | null {
    const control = event.ctrlKey || event.metaKey
    if (event.altKey) return null
    // What "?" does, also where it would be typed.
    if (!control && event.key === 'F1') return view.help.value
    if (!control && event.key === 'F5') return lab.startOrStop.value
    if (!control && !event.shiftKey && event.key === 'F10') return step.beginOrNext.value
    if (!control && !event.shiftKey && event.key === 'F8') return step.playOrPause.value
    if (control && event.key === 'Enter') return lab.send.value
    if (control && !event.shiftKey && event.key.toLowerCase() === 'k') return view.palette.value
    if (control && /^[1-9]$/.test(event.key)) return view.panels.value[Number(event.key) - 1] ?? null
    if (control || isTyping(event.target)) return null
    if (event.shiftKey && event.key === 'W') return view.toggleTable.value
    return event.key === '?' ? view.help.value : null
  }

  useEventListener(
    window,
    'keydown',
    (event) => {
      const action = actionFor(event)
      if (!action) return
      event.preventDefault()
      event.stopPropagation()
      if (!action.reason && !event.repeat) action.run()
    },
    { capture: true },
  )
}

/** Whether a key goes into a text: fields, and terminals (xterm.js reads them through a textarea). */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input, textarea, select')
}
