import { LabError } from '../../contract/index.ts'

/** How long a start may take before it is called slow; school machines are. */
export const READY_LIMIT_MS = 15_000

/** A process that runs but is not ready in time. The faults that are set on its service are named: they may be why. */
export function notReady(service: string, faults: readonly string[] = []): LabError {
  const seconds = READY_LIMIT_MS / 1000
  return faults.length === 0
    ? new LabError('SERVICE_NOT_READY', { service, seconds })
    : new LabError('SERVICE_NOT_READY_BROKEN', { service, seconds, faults: faults.join(', ') })
}
