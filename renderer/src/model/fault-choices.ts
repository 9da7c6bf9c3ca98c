import type { FaultDirection, FaultKind, Role } from '../../../services/contract/index.ts'
import { faultKindsOf } from '../../../services/contract/fault-support.ts'

/** Where something can be broken. */
export interface FaultPlace {
  readonly target: 'service' | 'host' | 'link'
  readonly id: string
}

/** A figure of a fault, with what is offered at first. */
export interface FaultField {
  readonly name: 'ms' | 'jitterMs' | 'mib' | 'failures' | 'of' | 'kibPerSecond' | 'count' | 'percent'
  readonly first: number
  readonly min: number
  readonly max: number
}

export interface FaultChoice {
  readonly kind: FaultKind
  readonly fields: readonly FaultField[]
  /** The address that names are to lead to; null for kinds without one. */
  readonly address: string | null
  /** Whether it can be set for one direction only. */
  readonly directed: boolean
}

const MS = { min: 0, max: 60_000 } as const
/** No host of the shipped topologies has it. */
const NOBODY = '127.10.0.99'
const OF_SERVICE: readonly FaultChoice[] = [
  plain('kill'),
  plain('stop'),
  plain('freeze'),
  plain('slow', { name: 'ms', first: 200, ...MS }),
  plain('error-rate', { name: 'failures', first: 1, min: 1, max: 1000 }, { name: 'of', first: 3, min: 1, max: 1000 }),
  plain('disk-full'),
  { ...plain('dns-wrong-answer'), address: NOBODY },
  plain('dns-servfail'),
  plain('dns-no-answer'),
  plain('memory-limit', { name: 'mib', first: 32, min: 16, max: 4096 }),
  plain('crash-at-start'),
]
const OF_NETWORK: readonly FaultChoice[] = [
  directed('unplug'),
  directed('latency', { name: 'ms', first: 70, ...MS }, { name: 'jitterMs', first: 0, ...MS }),
  directed('bandwidth', { name: 'kibPerSecond', first: 64, min: 1, max: 10_000_000 }),
  directed('loss', { name: 'percent', first: 10, min: 1, max: 100 }),
  directed('fail-next', { name: 'count', first: 5, min: 1, max: 100_000 }),
  directed('refuse'),
  directed('reset'),
]

/** What can happen at each kind of place, the commonest first. */
export const FAULT_CHOICES: Readonly<Record<FaultPlace['target'], readonly FaultChoice[]>> = {
  service: OF_SERVICE,
  host: [plain('power-off'), ...OF_NETWORK],
  link: OF_NETWORK,
}

/** Of a service only what makes sense for its role. */
export function choicesAt(target: FaultPlace['target'], role: Role | null): readonly FaultChoice[] {
  if (target !== 'service' || role === null) return FAULT_CHOICES[target]
  const kinds = faultKindsOf('service', role)
  return OF_SERVICE.filter(({ kind }) => kinds.includes(kind))
}

function plain(kind: FaultKind, ...fields: readonly FaultField[]): FaultChoice {
  return { kind, fields, address: null, directed: false }
}

function directed(kind: FaultKind, ...fields: readonly FaultField[]): FaultChoice {
  return { kind, fields, address: null, directed: true }
}

export interface FaultForm {
  readonly place: FaultPlace
  readonly choice: FaultChoice
  readonly values: Readonly<Record<string, number>>
  readonly address: string
  readonly direction: FaultDirection
}

/** What the engine is told; it checks it by its own schema. */
export function specOf({
  place,
  choice,
  values,
  address,
  direction,
}: FaultForm): Record<string, unknown> & { fault: FaultKind } {
  const figures = Object.fromEntries(choice.fields.map(({ name, first }) => [name, values[name] ?? first]))
  return {
    fault: choice.kind,
    ...targetOf(place, choice),
    ...figures,
    ...(choice.address === null ? {} : { address }),
    ...(choice.directed ? { direction } : {}),
  }
}

function targetOf({ target, id }: FaultPlace, choice: FaultChoice): Readonly<Record<string, string>> {
  if (target === 'service') return { target, service: id }
  if (target === 'link') return { target, link: id }
  return { target: choice.directed ? 'nic' : 'host', host: id }
}
