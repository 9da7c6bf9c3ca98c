import type { Role, ServiceState, Trace, TraceHop } from '../../../../services/contract/index.ts'
import { CLIENT } from '../../model/topology-layout.ts'
import { answerLeftNs } from './hop-pieces.ts'

/** Who took part in a trace: one vertical line of the sequence diagram. */
export interface Lifeline {
  readonly id: string
  /** Null for a service that the lab does not have any more. */
  readonly role: Role | typeof CLIENT | null
}

/** One line across the diagram; `from` and `to` are indices of lifelines. */
export type SequenceRow =
  | {
      readonly kind: 'request' | 'answer' | 'failure'
      readonly hop: number
      readonly atNs: number
      readonly from: number
      readonly to: number
    }
  | {
      readonly kind: 'hold'
      readonly hop: number
      readonly atNs: number
      readonly at: number
      /** Null while it is held. */
      readonly heldNs: number | null
    }

/** While a service had a request: from row to row on its lifeline; those of one moment stand beside each other. */
export interface Activation {
  readonly hop: number
  readonly at: number
  readonly fromRow: number
  readonly toRow: number
  readonly depth: number
}

export interface SequenceLayout {
  readonly lifelines: readonly Lifeline[]
  readonly rows: readonly SequenceRow[]
  readonly activations: readonly Activation[]
}

const ORDER: readonly Lifeline['role'][] = [
  CLIENT,
  'dns',
  'load-balancer',
  'web-server',
  'app-server',
  'database',
  null,
]

type Services = readonly Pick<ServiceState, 'id' | 'role'>[]

/** Rows in the order of time, one of equal height each: a wait of a minute takes no more room than one of a microsecond. */
export function layOutSequence(trace: Trace, services: Services): SequenceLayout {
  const lifelines = lifelinesOf(trace, services)
  const place = new Map(lifelines.map(({ id }, index) => [id, index]))
  const at = (id: string): number => place.get(id) ?? 0
  const rows = trace.hops
    .flatMap((hop, index) => rowsOf(hop, index, at))
    .toSorted((a, b) => a.atNs - b.atNs || rank(a) - rank(b) || nesting(a, b))
  return { lifelines, rows, activations: activationsOf(trace, rows, at) }
}

function lifelinesOf(trace: Trace, services: Services): readonly Lifeline[] {
  const names = new Set(trace.hops.flatMap(({ from, to }) => [from, to]))
  const position = (id: string): number => services.findIndex((service) => service.id === id)
  return [...names]
    .map((id): Lifeline => ({ id, role: id === CLIENT ? CLIENT : (services[position(id)]?.role ?? null) }))
    .toSorted((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || position(a.id) - position(b.id))
}

/** What becomes true at the same nanosecond is told in this order. */
function rank(row: SequenceRow): number {
  return ['request', 'hold', 'failure', 'answer'].indexOf(row.kind)
}

/** Requests go inwards, answers outwards. */
function nesting(a: SequenceRow, b: SequenceRow): number {
  return a.kind === 'request' ? a.hop - b.hop : b.hop - a.hop
}

function rowsOf(hop: TraceHop, index: number, at: (id: string) => number): SequenceRow[] {
  const [from, to] = [at(hop.from), at(hop.to)]
  const rows: SequenceRow[] = [{ kind: 'request', hop: index, atNs: hop.startNs, from, to }]
  for (const { fromNs, toNs } of hop.holds) {
    rows.push({ kind: 'hold', hop: index, atNs: fromNs, at: to, heldNs: toNs === null ? null : toNs - fromNs })
  }
  if (hop.failed === 'refused') return rows
  const broken = hop.failed !== null && hop.failed !== 'status'
  const leftNs = answerLeftNs(hop)
  if (leftNs === null && !broken) return rows
  const atNs = leftNs ?? hop.endNs ?? hop.startNs
  rows.push({ kind: broken ? 'failure' : 'answer', hop: index, atNs, from: to, to: from })
  return rows
}

function activationsOf(trace: Trace, rows: readonly SequenceRow[], at: (id: string) => number): Activation[] {
  const placed: Activation[] = []
  const begin = (hop: number): number => rows.findIndex((row) => row.kind === 'request' && row.hop === hop)
  const end = (hop: number): number =>
    rows.findLastIndex((row) => (row.kind === 'answer' || row.kind === 'failure') && row.hop === hop)
  trace.hops.forEach((hop, index) => {
    if (hop.failed === 'refused') return
    const fromRow = begin(index)
    const last = end(index)
    const toRow = last < 0 ? rows.length : last
    const lines = hop.parent === null ? [at(hop.from), at(hop.to)] : [at(hop.to)]
    for (const line of lines) {
      const depths = placed
        .filter((other) => other.at === line && other.toRow > fromRow && other.fromRow < toRow)
        .map(({ depth }) => depth)
      placed.push({ hop: index, at: line, fromRow, toRow, depth: firstFree(depths) })
    }
  })
  return placed
}

function firstFree(taken: readonly number[]): number {
  let depth = 0
  while (taken.includes(depth)) depth += 1
  return depth
}
