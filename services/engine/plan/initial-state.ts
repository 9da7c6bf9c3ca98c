import type { ServiceState } from '../../contract/index.ts'
import type { PlannedService } from './lab-plan.ts'

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
