import {
  FAULT_KINDS,
  faultOrder,
  type FaultKind,
  type FaultOrder,
  type FaultState,
  type LabState,
} from '../../contract/index.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { CliError, ReportedFailure } from '../failures.ts'
import { faultListText, faultText, repairText } from '../fault-words.ts'

/** What can be set beside the kind; the names are those of the contract. */
export interface FaultSettings {
  readonly ms?: number
  readonly jitterMs?: number
  readonly mib?: number
  readonly failures?: number
  readonly of?: number
  readonly address?: string
  readonly kibPerSecond?: number
  readonly count?: number
  readonly percent?: number
  readonly direction?: string
}

export interface AddFaultChoice extends LabChoice, FaultSettings {
  /** Seconds. */
  readonly for?: number
}

interface Kind {
  /** Without these it is not known what is wanted. */
  readonly needs: readonly (keyof FaultSettings)[]
  readonly allows?: readonly (keyof FaultSettings)[]
  readonly on: 'service' | 'host' | 'network'
}

const KINDS: Readonly<Record<FaultKind, Kind>> = {
  kill: { needs: [], on: 'service' },
  stop: { needs: [], on: 'service' },
  freeze: { needs: [], on: 'service' },
  'crash-at-start': { needs: [], on: 'service' },
  slow: { needs: ['ms'], on: 'service' },
  'memory-limit': { needs: ['mib'], on: 'service' },
  'error-rate': { needs: ['failures', 'of'], on: 'service' },
  'disk-full': { needs: [], on: 'service' },
  'dns-wrong-answer': { needs: ['address'], on: 'service' },
  'dns-servfail': { needs: [], on: 'service' },
  'dns-no-answer': { needs: [], on: 'service' },
  'power-off': { needs: [], on: 'host' },
  unplug: { needs: [], allows: ['direction'], on: 'network' },
  refuse: { needs: [], allows: ['direction'], on: 'network' },
  reset: { needs: [], allows: ['direction'], on: 'network' },
  latency: { needs: ['ms'], allows: ['jitterMs', 'direction'], on: 'network' },
  bandwidth: { needs: ['kibPerSecond'], allows: ['direction'], on: 'network' },
  'fail-next': { needs: ['count'], allows: ['direction'], on: 'network' },
  loss: { needs: ['percent'], allows: ['direction'], on: 'network' },
}

const OPTION_OF: Readonly<Record<keyof FaultSettings, string>> = {
  ms: '--ms',
  jitterMs: '--jitter',
  mib: '--mib',
  failures: '--failures',
  of: '--of',
  address: '--address',
  kibPerSecond: '--kib-per-second',
  count: '--count',
  percent: '--percent',
  direction: '--direction',
}
const ALL_SETTINGS = Object.keys(OPTION_OF) as (keyof FaultSettings)[]

/** Breaks something; prints what was set. */
export async function addFault(
  context: CommandContext,
  kind: FaultKind,
  place: string,
  choice: AddFaultChoice,
): Promise<void> {
  const order = orderOf(kind, place, choice)
  const fault = await withLab(context, choice, (lab) => lab.run('addFault', order))
  context.out.result(fault, () => `Number ${fault.id}: ${faultText(fault.spec)}.`)
}

export async function listFaults(context: CommandContext, choice: LabChoice): Promise<void> {
  const { state } = await withLab(context, choice, (lab) => lab.subscribe())
  context.out.result({ faults: state.faults }, () => faultListText(state.faults, Date.now(), context.out))
}

export async function clearFault(context: CommandContext, id: number, choice: LabChoice): Promise<void> {
  const before = await withLab(context, choice, async (lab) => {
    const { state } = await lab.subscribe()
    await lab.run('clearFault', { id })
    return findFault(state, id)
  })
  context.out.result(
    { cleared: id },
    () => `Repaired: ${before === undefined ? `number ${id}` : faultText(before.spec)}.`,
  )
}

/** Ends every fault and prints the proof; fails when the lab is not as before. */
export async function clearAllFaults(context: CommandContext, choice: LabChoice): Promise<void> {
  const report = await withLab(context, choice, (lab) => lab.run('clearAllFaults', {}))
  context.out.result(report, () => repairText(report, context.out))
  if (!report.asBefore) throw new ReportedFailure()
}

function findFault({ faults }: LabState, id: number): FaultState | undefined {
  return faults.find((fault) => fault.id === id)
}

/** Throws `USAGE` saying which option is missing or out of place. */
function orderOf(fault: FaultKind, place: string, choice: AddFaultChoice): FaultOrder {
  const { needs, allows = [], on } = KINDS[fault]
  const missing = needs.filter((name) => choice[name] === undefined)
  if (missing.length > 0)
    throw new CliError('USAGE', `${fault} needs ${missing.map((name) => OPTION_OF[name]).join(' and ')}.`)
  const given = ALL_SETTINGS.filter((name) => choice[name] !== undefined)
  const odd = given.filter((name) => !needs.includes(name) && !allows.includes(name))
  if (odd.length > 0) throw new CliError('USAGE', `${fault} has no ${odd.map((name) => OPTION_OF[name]).join(', ')}.`)
  const settings = Object.fromEntries(given.map((name) => [name, choice[name]]))
  const spec = { fault, ...placeOf(on, place), ...settings }
  const order = faultOrder.safeParse(choice.for === undefined ? { spec } : { spec, forMs: choice.for * 1000 })
  if (order.success) return order.data
  const kinds = FAULT_KINDS.join(', ')
  throw new CliError('USAGE', `"${fault}" on "${place}" with these figures is not possible. Kinds: ${kinds}.`)
}

function placeOf(on: Kind['on'], place: string): object {
  if (on === 'service') return { target: 'service', service: place }
  if (on === 'host') return { target: 'host', host: place }
  return place.includes('>') ? { target: 'link', link: place } : { target: 'nic', host: place }
}
