import { DS_TYPE, MAX_ALIASES, QUERY_TYPES, RCODES, RECORD_TYPES } from './codes.ts'
import { isWithin, labelsOf, nameFromLabels, nameKey, sameName } from './name.ts'
import type { RecordSet } from './records.ts'
import { nodeAt, setAt, type Zone, type ZoneNode } from './zone.ts'

/** The sections of an authoritative answer (RFC 1034 section 4.3.2), before they become bytes. */
export interface Answer {
  readonly rcode: number
  /** False for a referral: the data belongs to somebody else. */
  readonly authoritative: boolean
  readonly answer: readonly RecordSet[]
  readonly authority: readonly RecordSet[]
  readonly additional: readonly RecordSet[]
  /** Whether the answer is of no use without `additional`: the addresses of a delegation (RFC 9471 section 3). */
  readonly additionalRequired: boolean
}

/**
 * Answers a question from a zone. `name` is at or below the zone's apex; `type` is the number asked for.
 * Aliases are followed inside the zone and the names that they were are kept in the answer, as asked for by the client.
 */
export function lookup(zone: Zone, name: string, type: number): Answer {
  const answer: RecordSet[] = []
  let current = name
  for (;;) {
    const found = find(zone, current, type)
    if (found.kind === 'delegated') return referral(zone, answer, found.set)
    if (found.kind === 'missing') return negative(zone, answer, RCODES.NXDOMAIN)
    const set = chooseSet(found.node, type)
    if (set === undefined) return negative(zone, answer, RCODES.NOERROR)
    const owned = sameName(set.name, current) ? set : { ...set, name: current }
    const repeated = answer.some((earlier) => sameName(earlier.name, current))
    if (!repeated) answer.push(owned)
    const target = aliasTarget(set, type)
    if (target === null || repeated || answer.length > MAX_ALIASES || !isWithin(target, zone.apex))
      return positive(zone, answer)
    current = target
  }
}

type Found =
  | { readonly kind: 'node'; readonly node: ZoneNode }
  | { readonly kind: 'delegated'; readonly set: RecordSet }
  | { readonly kind: 'missing' }

/** Goes down from the apex to the name; the first delegation on the way ends the zone's authority. */
function find(zone: Zone, name: string, type: number): Found {
  const labels = labelsOf(name)
  const apexDepth = labelsOf(zone.apex).length
  let closest = zone.apex
  for (let start = labels.length - apexDepth; start >= 0; start -= 1) {
    const current = nameFromLabels(labels.slice(start))
    const node = nodeAt(zone, current)
    if (node === undefined) return findWildcard(zone, closest)
    const delegation = start < labels.length - apexDepth ? node.sets.get(RECORD_TYPES.NS) : undefined
    // Only the DS record of a delegation belongs to the parent (RFC 4035 section 3.1.4.1).
    if (delegation && !(start === 0 && type === DS_TYPE)) return { kind: 'delegated', set: delegation }
    if (start === 0) return { kind: 'node', node }
    closest = current
  }
  return { kind: 'missing' }
}

/** A name that does not exist takes the data of `*` below its closest existing ancestor (RFC 4592 section 3.3.1). */
function findWildcard(zone: Zone, closest: string): Found {
  const node = nodeAt(zone, `*.${closest === '.' ? '' : closest}`)
  return node ? { kind: 'node', node } : { kind: 'missing' }
}

function chooseSet(node: ZoneNode, type: number): RecordSet | undefined {
  // One set is answer enough to ANY (RFC 8482 section 4.1): the whole lot serves mainly those who flood others with it.
  if (type === QUERY_TYPES.ANY) return [...node.sets.values()].at(0)
  return node.sets.get(type) ?? node.sets.get(RECORD_TYPES.CNAME)
}

function aliasTarget(set: RecordSet, type: number): string | null {
  const [data] = set.data
  if (data?.type !== 'CNAME' || type === RECORD_TYPES.CNAME || type === QUERY_TYPES.ANY) return null
  return data.target
}

function positive(zone: Zone, answer: readonly RecordSet[]): Answer {
  const additional = addressesOfTargets(zone, answer.slice(-1), answer)
  return { rcode: RCODES.NOERROR, authoritative: true, answer, authority: [], additional, additionalRequired: false }
}

/** No such name (NXDOMAIN) or no such data (NOERROR); the SOA says how long to remember it (RFC 2308 sections 2 and 3). */
function negative(zone: Zone, answer: readonly RecordSet[], rcode: number): Answer {
  const soa = { ...zone.soaSet, ttl: Math.min(zone.soaSet.ttl, zone.soa.minimum) }
  return { rcode, authoritative: true, answer, authority: [soa], additional: [], additionalRequired: false }
}

/** AA speaks of the first name in the answer (RFC 1035 section 4.1.1): with an alias of ours before it, it is set. */
function referral(zone: Zone, answer: readonly RecordSet[], delegation: RecordSet): Answer {
  const additional = addressesOfTargets(zone, [delegation], answer)
  const authoritative = answer.length > 0
  return { rcode: RCODES.NOERROR, authoritative, answer, authority: [delegation], additional, additionalRequired: true }
}

/** The addresses that the client would ask for next, as far as the zone's file holds them: of NS and MX targets. */
function addressesOfTargets(zone: Zone, sets: readonly RecordSet[], present: readonly RecordSet[]): RecordSet[] {
  const targets = new Map<string, string>()
  for (const data of sets.flatMap((set) => set.data))
    if (data.type === 'NS' || data.type === 'MX') targets.set(nameKey(data.target), data.target)
  return [...targets.values()].flatMap((target) =>
    [RECORD_TYPES.A, RECORD_TYPES.AAAA]
      .map((type) => setAt(zone, target, type))
      .filter((set) => set !== undefined)
      .filter((set) => !present.includes(set)),
  )
}
