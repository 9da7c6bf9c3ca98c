import type { Trace, TraceHop } from '../../../../services/contract/index.ts'
import { sumsOf } from './hop-pieces.ts'

export type HopDifference = 'server' | 'attempt' | 'status' | 'connection' | 'onlyFirst' | 'onlySecond'

/** The same hop of two traces; one side is null where only one of them had it. Times are without held time. */
export interface ComparedHop {
  readonly first: TraceHop | null
  readonly second: TraceHop | null
  readonly firstNs: number | null
  readonly secondNs: number | null
  readonly differenceNs: number | null
  readonly differences: readonly HopDifference[]
}

type RoleOf = (service: string) => string

/**
 * Lays two traces side by side. Hops belong together when services of the same roles said the same thing: another
 * server of a pair is a difference, not another hop.
 */
export function compareTraces(first: Trace, second: Trace, roleOf: RoleOf): readonly ComparedHop[] {
  const rest = second.hops.map((hop, index) => ({ hop, index }))
  const rows = first.hops.map((hop, index) => {
    const place = rest.findIndex((other) => keyOf(other.hop, roleOf) === keyOf(hop, roleOf))
    const [partner] = place < 0 ? [] : rest.splice(place, 1)
    return describe([first, index], partner ? [second, partner.index] : null)
  })
  return [...rows, ...rest.map(({ index }) => describe(null, [second, index]))]
}

/** A refused attempt says nothing that could be compared with an answered one. */
function keyOf(hop: TraceHop, roleOf: RoleOf): string {
  return [roleOf(hop.from), roleOf(hop.to), hop.requestLine, hop.failed !== null].join(' ')
}

type Place = readonly [trace: Trace, hop: number]

function describe(left: Place | null, right: Place | null): ComparedHop {
  const first = left ? (left[0].hops[left[1]] ?? null) : null
  const second = right ? (right[0].hops[right[1]] ?? null) : null
  const firstNs = left ? ownTime(left) : null
  const secondNs = right ? ownTime(right) : null
  const differenceNs = firstNs === null || secondNs === null ? null : secondNs - firstNs
  return { first, second, firstNs, secondNs, differenceNs, differences: differencesOf(first, second) }
}

function ownTime([trace, hop]: Place): number | null {
  const { totalNs, heldNs } = sumsOf(trace, hop)
  return totalNs === null ? null : totalNs - heldNs
}

function differencesOf(first: TraceHop | null, second: TraceHop | null): HopDifference[] {
  if (!first) return ['onlySecond']
  if (!second) return ['onlyFirst']
  const found: HopDifference[] = []
  if (first.to !== second.to || first.from !== second.from) found.push('server')
  if (first.attempt !== second.attempt) found.push('attempt')
  if (first.status !== second.status) found.push('status')
  if (first.connection !== second.connection) found.push('connection')
  return found
}
