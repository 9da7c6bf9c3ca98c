import type { ServiceAction, ServiceStateName } from '../../contract/index.ts'

/** The state machine of a service's process. A change that is not listed is a defect of the engine. */
const CHANGES: Readonly<Record<ServiceStateName, readonly ServiceStateName[]>> = {
  stopped: ['starting'],
  starting: ['running', 'failed', 'stopping'],
  running: ['ready', 'stopping', 'frozen', 'failed', 'stopped'],
  ready: ['running', 'stopping', 'frozen', 'failed', 'stopped'],
  frozen: ['running', 'ready', 'stopping', 'failed', 'stopped'],
  stopping: ['stopped', 'failed'],
  failed: ['starting', 'stopped'],
}

export function canChange(from: ServiceStateName, to: ServiceStateName): boolean {
  return CHANGES[from].includes(to)
}

/** In which states a person may ask for an action. */
const ALLOWED: Readonly<Record<ServiceAction, readonly ServiceStateName[]>> = {
  start: ['stopped', 'failed'],
  stop: ['starting', 'running', 'ready', 'frozen'],
  kill: ['starting', 'running', 'ready', 'frozen', 'stopping'],
  freeze: ['running', 'ready'],
  resume: ['frozen'],
  restart: ['stopped', 'failed', 'running', 'ready', 'frozen'],
}

export function isAllowed(action: ServiceAction, state: ServiceStateName): boolean {
  return ALLOWED[action].includes(state)
}
