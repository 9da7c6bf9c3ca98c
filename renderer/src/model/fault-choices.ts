import type { FaultDirection, FaultKind } from '../../../services/contract/index.ts'

/** Where something can be broken. */
export interface FaultPlace {
  readonly target: 'service' | 'host' | 'link'
  readonly id: string
}

/** A figure of a fault, with what is offered at first. */
export interface FaultField {
  readonly name: 'ms' | 'jitterMs' | 'kibPerSecond' | 'count' | 'percent'
  readonly first: number
  readonly min: number
  readonly max: number
}

export interface FaultChoice {
  readonly kind: FaultKind
  readonly fields: readonly FaultField[]
  /** Whether it can be set for one direction only. */
  readonly directed: boolean
}

const MS = { min: 0, max: 60_000 } as const
const OF_PROCESS: readonly FaultChoice[] = [plain('kill'), plain('stop'), plain('freeze')]
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
  service: OF_PROCESS,
  host: [plain('power-off'), ...OF_NETWORK],
  link: OF_NETWORK,
}

function plain(kind: FaultKind): FaultChoice {
  return { kind, fields: [], directed: false }
}

function directed(kind: FaultKind, ...fields: readonly FaultField[]): FaultChoice {
  return { kind, fields, directed: true }
}

export interface FaultForm {
  readonly place: FaultPlace
  readonly choice: FaultChoice
  readonly values: Readonly<Record<string, number>>
  readonly direction: FaultDirection
}

/** What the engine is told; it checks it by its own schema. */
export function specOf({
  place,
  choice,
  values,
  direction,
}: FaultForm): Record<string, unknown> & { fault: FaultKind } {
  const figures = Object.fromEntries(choice.fields.map(({ name, first }) => [name, values[name] ?? first]))
  return { fault: choice.kind, ...targetOf(place, choice), ...figures, ...(choice.directed ? { direction } : {}) }
}

function targetOf({ target, id }: FaultPlace, choice: FaultChoice): Readonly<Record<string, string>> {
  if (target === 'service') return { target, service: id }
  if (target === 'link') return { target, link: id }
  return { target: choice.directed ? 'nic' : 'host', host: id }
}
