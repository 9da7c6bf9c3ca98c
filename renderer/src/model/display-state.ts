import type { BackendServerState, ServiceState, ServiceStateName } from '../../../services/contract/index.ts'

/** What is shown of a service: its own state, or that its balancer lets it run dry. */
export type DisplayState = ServiceStateName | 'draining'

/** The seven looks of UI.md, each with a glyph and a colour role of tokens.css. */
export const STATE_LOOKS = {
  stopped: { glyph: 'hollow', colour: 'neutral' },
  starting: { glyph: 'half', colour: 'amber' },
  stopping: { glyph: 'half', colour: 'amber' },
  running: { glyph: 'ring', colour: 'amber' },
  ready: { glyph: 'filled', colour: 'green' },
  draining: { glyph: 'arrow', colour: 'violet' },
  frozen: { glyph: 'bars', colour: 'blue' },
  failed: { glyph: 'cross', colour: 'red' },
} as const satisfies Record<DisplayState, { readonly glyph: string; readonly colour: string }>

export function displayState(service: ServiceState, backends: readonly BackendServerState[]): DisplayState {
  const drained = backends.some((backend) => backend.service === service.id && backend.state === 'drain')
  return drained && service.state === 'ready' ? 'draining' : service.state
}
