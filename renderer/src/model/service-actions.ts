import type { Capabilities, LabPhase, ServiceAction, ServiceState } from '../../../services/contract/index.ts'

/** Why something cannot be done now: a key of the locale files, or a sentence that the engine wrote. */
export type Reason =
  { readonly key: string; readonly params: Readonly<Record<string, string | number>> } | { readonly sentence: string }

export interface Availability {
  readonly action: ServiceAction
  /** null: it can be done. */
  readonly reason: Reason | null
}

export interface Circumstances {
  readonly phase: LabPhase
  readonly capabilities: Capabilities | null
  /** A command for this service is under way. */
  readonly busy: boolean
  readonly deploying: boolean
}

/** The order of buttons and menus: from everyday to violent. */
const SHOWN_ORDER: readonly ServiceAction[] = ['start', 'stop', 'restart', 'freeze', 'resume', 'kill']

/** What a process must be for each action to make sense. */
const APPLIES: Readonly<Record<ServiceAction, (service: ServiceState) => boolean>> = {
  start: ({ state }) => state === 'stopped' || state === 'failed',
  stop: ({ pid, state }) => pid !== null && state !== 'stopping',
  kill: ({ pid }) => pid !== null,
  freeze: ({ state }) => state === 'ready' || state === 'running',
  resume: ({ state }) => state === 'frozen',
  restart: ({ state }) => state !== 'stopped' && state !== 'starting' && state !== 'stopping',
}

/** All actions on a service, in the order in which they are shown, each with the reason where it cannot be done. */
export function serviceActions(service: ServiceState, circumstances: Circumstances): readonly Availability[] {
  return SHOWN_ORDER.map((action) => ({ action, reason: reasonAgainst(action, service, circumstances) }))
}

function reasonAgainst(action: ServiceAction, service: ServiceState, now: Circumstances): Reason | null {
  const support = now.capabilities?.actions[action]
  if (support && !support.supported) {
    return support.reason ? { sentence: support.reason } : { key: 'reasons.unsupported', params: {} }
  }
  if (now.phase !== 'running') return { key: `reasons.phase.${now.phase}`, params: {} }
  if (now.busy) return { key: 'reasons.busy', params: { service: service.id } }
  // A kill is the way out of whatever hangs, also in the middle of a deployment.
  if (now.deploying && action !== 'kill') return { key: 'reasons.deploying', params: {} }
  if (!APPLIES[action](service)) return { key: `reasons.not.${action}`, params: { service: service.id } }
  return null
}
