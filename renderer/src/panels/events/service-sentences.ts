import type { ProcessExit, ServiceState, ServiceStateName } from '../../../../services/contract/index.ts'
import { sentence, type EventLevel, type Sentence } from './sentence.ts'

const LEVELS: Readonly<Record<ServiceStateName, EventLevel>> = {
  stopped: 'info',
  starting: 'info',
  running: 'warning',
  ready: 'good',
  stopping: 'info',
  frozen: 'warning',
  failed: 'error',
}

/** The lines for a change of a service: its state, or a setting; figures such as memory are worth none. */
export function describeServiceChange(service: string, patch: Partial<ServiceState>): readonly Sentence[] {
  if (patch.state !== undefined) return [describeState(service, patch.state, patch)]
  const lines: Sentence[] = []
  if (patch.automaticRestart !== undefined) {
    const key = patch.automaticRestart ? 'service.automaticRestartOn' : 'service.automaticRestartOff'
    lines.push(sentence('service', 'info', key, { services: [service], params: { service } }))
  }
  if (patch.failure) {
    lines.push(
      sentence('service', 'warning', 'service.troubled', {
        services: [service],
        params: { service },
        failure: patch.failure,
      }),
    )
  }
  return lines
}

function describeState(service: string, state: ServiceStateName, patch: Partial<ServiceState>): Sentence {
  const level = LEVELS[state]
  if (state === 'failed') return describeFailure(service, patch)
  if (state === 'starting' && (patch.restarts ?? 0) > 0) {
    const params = { service, restarts: patch.restarts ?? 0 }
    return sentence('service', level, 'service.startingAgain', { services: [service], state, params })
  }
  if (state === 'starting' && patch.pid) {
    return sentence('service', level, 'service.startingPid', {
      services: [service],
      state,
      params: { service, pid: patch.pid },
    })
  }
  if (state === 'ready' && patch.release) {
    return sentence('service', level, 'service.readyRelease', {
      services: [service],
      state,
      params: { service, release: patch.release },
    })
  }
  return sentence('service', level, `service.${state}`, { services: [service], state, params: { service } })
}

function describeFailure(service: string, patch: Partial<ServiceState>): Sentence {
  const failure = patch.failure ?? null
  const exit = patch.exit ?? null
  const params = { service, code: exit?.code ?? '', signal: exit?.signal ?? '', lastLine: exit?.lastLine ?? '' }
  return sentence('service', 'error', failureKey(exit), { services: [service], state: 'failed', params, failure })
}

function failureKey(exit: ProcessExit | null): string {
  if (!exit || (exit.signal === null && exit.code === null)) return 'service.failed'
  const how = exit.signal === null ? 'failedCode' : 'failedSignal'
  return `service.${how}${exit.lastLine === '' ? '' : 'Saying'}`
}
