import type { FaultKind } from '../../contract/index.ts'
import type { FaultDriver } from './fault-driver.ts'
import {
  bandwidthFault,
  failNextFault,
  latencyFault,
  lossFault,
  refuseFault,
  resetFault,
  unplugFault,
} from './kinds/network-faults.ts'
import { powerOffFault } from './kinds/power-off.ts'
import { freezeFault, killFault, stopFault } from './kinds/process-faults.ts'
import {
  diskFullFault,
  errorRateFault,
  noAnswerFault,
  servfailFault,
  slowFault,
  wrongAnswerFault,
} from './kinds/request-faults.ts'
import { crashFault, memoryFault } from './kinds/start-faults.ts'

const DRIVERS: { readonly [Kind in FaultKind]?: FaultDriver<Kind> } = {
  kill: killFault,
  stop: stopFault,
  freeze: freezeFault,
  'crash-at-start': crashFault,
  slow: slowFault,
  'memory-limit': memoryFault,
  'error-rate': errorRateFault,
  'disk-full': diskFullFault,
  'dns-wrong-answer': wrongAnswerFault,
  'dns-servfail': servfailFault,
  'dns-no-answer': noAnswerFault,
  'power-off': powerOffFault,
  unplug: unplugFault,
  refuse: refuseFault,
  reset: resetFault,
  latency: latencyFault,
  bandwidth: bandwidthFault,
  'fail-next': failNextFault,
  loss: lossFault,
}

/** The driver of a kind. It gets specs of its own kind only, which the type cannot say. */
export function driverOf(kind: FaultKind): FaultDriver<FaultKind> | null {
  return (DRIVERS[kind] as FaultDriver<FaultKind> | undefined) ?? null
}
