import type { NicConfig, NicPort } from '../../protocols/nic/config.ts'
import type { RecordingMode } from '../../contract/index.ts'
import type { WireFault } from '../../protocols/nic/faults.ts'
import { transportsOf, type LabPlan, type PlannedService } from '../plan/lab-plan.ts'

/** What the NIC needs of the plan; null where hosts have no network cards. */
export function nicConfigOf(
  plan: LabPlan,
  recording: RecordingMode,
  ringBytes: number,
  faults: readonly WireFault[],
): NicConfig | null {
  const places = plan.innerAddresses()
  if (places === null) return null
  return {
    hosts: places.map(({ host, outer, inner }) => ({ id: host, outer, inner })),
    ports: plan.services.flatMap(portsOf),
    recording,
    ringBytes,
    faults,
  }
}

/** The ports of a service as they are now. */
export function portsOf({ id, host, port, spec }: PlannedService): readonly NicPort[] {
  return transportsOf(spec.role).map((transport) => ({ host, service: id, transport, port }))
}

export function samePort(one: NicPort, other: NicPort): boolean {
  return one.host === other.host && one.port === other.port && one.transport === other.transport
}

/** The network cards as a capture names them. */
export function interfacesOf(plan: LabPlan): readonly { name: string; description: string; address: string }[] {
  return (plan.innerAddresses() ?? []).map(({ host, outer }) => ({
    name: host,
    description: `network card of ${host}`,
    address: outer,
  }))
}
