import type { Role, ServiceState } from '../../contract/index.ts'
import type { LabPlan, PlannedService } from './lab-plan.ts'

export function servesCode(role: Role): role is 'web-server' | 'app-server' {
  return role === 'web-server' || role === 'app-server'
}

/** The hosts that have a codebase. */
export function codeHosts(plan: LabPlan): readonly string[] {
  return [...new Set(plan.services.filter((service) => servesCode(service.spec.role)).map((service) => service.host))]
}

/** A service before its first start. */
export function initialState(planned: PlannedService): ServiceState {
  return {
    id: planned.id,
    role: planned.spec.role,
    host: planned.host,
    engine: planned.spec.role === 'load-balancer' ? planned.spec.engine : 'builtin',
    state: 'stopped',
    pid: null,
    address: planned.address,
    port: planned.port,
    release: null,
    startedAtMs: null,
    memoryBytes: null,
    exit: null,
    failure: null,
    requests: 0,
    requestsPerSecond: 0,
    restarts: 0,
    automaticRestart: planned.spec.automaticRestart,
    files: [],
    takesInput: false,
  }
}
