import type { FaultDirection, FaultKind, Role } from '../../../services/contract/index.ts'

/** Where something can be broken. */
export interface FaultPlace {
  readonly target: 'service' | 'host' | 'link'
  readonly id: string
}

/** A figure of a fault, with what is offered at first. */
export interface FaultField {
  readonly name: 'ms' | 'jitterMs' | 'kibPerSecond' | 'count' | 'percent' | 'failures' | 'of' | 'mib'
  readonly first: number
  readonly min: number
  readonly max: number
}

export interface FaultChoice {
  readonly kind: FaultKind
  readonly fields: readonly FaultField[]
  /** An address of the lab is to be chosen: what is answered instead of the truth. */
  readonly addressed: boolean
  /** Whether it can be set for one direction only. */
  readonly directed: boolean
}

const MS = { min: 0, max: 60_000 } as const
const OF_PROCESS: readonly FaultChoice[] = [plain('kill'), plain('stop'), plain('freeze')]
/** The lab's own programs do them; a real engine such as HAProxy or nginx does not. */
const OF_PROGRAM: readonly FaultChoice[] = [
  plain('slow', { name: 'ms', first: 200, ...MS }),
  plain('error-rate', { name: 'failures', first: 1, min: 1, max: 1000 }, { name: 'of', first: 3, min: 1, max: 1000 }),
  plain('crash-at-start'),
  plain('memory-limit', { name: 'mib', first: 32, min: 16, max: 4096 }),
]
const OF_DNS: readonly FaultChoice[] = [
  { ...plain('dns-wrong-answer'), addressed: true },
  plain('dns-servfail'),
  plain('dns-no-answer'),
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

/** What can happen at a place, the commonest first; `role` is that of a service, null for others. */
export function faultChoices(target: FaultPlace['target'], role: Role | null): readonly FaultChoice[] {
  if (target === 'host') return [plain('power-off'), ...OF_NETWORK]
  if (target === 'link') return OF_NETWORK
  const ofRole = role === 'dns' ? OF_DNS : role === 'database' ? [plain('disk-full')] : []
  return [...OF_PROCESS, ...ofRole, ...OF_PROGRAM]
}

/** Whether the program of a service has to do it by itself. */
export function isOfProgram(kind: FaultKind): boolean {
  return [...OF_PROGRAM, ...OF_DNS].some((choice) => choice.kind === kind) || kind === 'disk-full'
}

function plain(kind: FaultKind, ...fields: readonly FaultField[]): FaultChoice {
  return { kind, fields, addressed: false, directed: false }
}

function directed(kind: FaultKind, ...fields: readonly FaultField[]): FaultChoice {
  return { kind, fields, addressed: false, directed: true }
}

export interface FaultForm {
  readonly place: FaultPlace
  readonly choice: FaultChoice
  readonly values: Readonly<Record<string, number>>
  readonly direction: FaultDirection
  readonly address: string
}

/** What the engine is told; it checks it by its own schema. */
export function specOf({
  place,
  choice,
  values,
  direction,
  address,
}: FaultForm): Record<string, unknown> & { fault: FaultKind } {
  const figures = Object.fromEntries(choice.fields.map(({ name, first }) => [name, values[name] ?? first]))
  const more = { ...(choice.directed ? { direction } : {}), ...(choice.addressed ? { address } : {}) }
  return { fault: choice.kind, ...targetOf(place, choice), ...figures, ...more }
}

function targetOf({ target, id }: FaultPlace, choice: FaultChoice): Readonly<Record<string, string>> {
  if (target === 'service') return { target, service: id }
  if (target === 'link') return { target, link: id }
  return { target: choice.directed ? 'nic' : 'host', host: id }
}
