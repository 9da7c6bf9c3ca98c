import { RCODES, RECORD_TYPES } from './codes.ts'
import { lookup } from './lookup.ts'
import { displayName, isWithin, labelsOf, nameKey, parentOf, sameName, wireLength } from './name.ts'
import type { RecordData } from './records.ts'
import { buildZone, nodeAt, type Zone, type ZoneRecord } from './zone.ts'
import type { Problem } from './zone-lexer.ts'

/** What a zone must be as a whole, beyond each line being right. */

export interface ZoneFindings {
  /** The zone cannot be served. */
  readonly problems: readonly Problem[]
  /** It can, but somebody should look. */
  readonly warnings: readonly Problem[]
}

/**
 * Checks all records of a zone file together. `incomplete` says that some lines could not be read: then what is missing
 * may stand there, and only what is wrong by itself is reported.
 */
export function checkZone(records: readonly ZoneRecord[], incomplete: boolean): ZoneFindings {
  const soas = records.filter((record) => record.data.type === 'SOA')
  const [soa] = soas
  if (soa === undefined) {
    const sentence =
      'the zone has no SOA record; it starts a zone: @ IN SOA ns1 hostmaster ( serial refresh retry expire minimum )'
    return { problems: incomplete ? [] : [{ line: 1, sentence }], warnings: [] }
  }
  const problems = [
    ...soas.slice(1).map((other) => about(other, `a zone has one SOA record, and the first is in line ${soa.line}`)),
    ...outsideNames(records, soa.name),
    ...aliasesBesideData(records),
    ...wildcardDelegations(records),
    ...oversizedSets(records),
  ]
  if (incomplete || problems.length > 0) return { problems, warnings: [] }
  return { problems: [], warnings: findWarnings(records, buildZone(records)) }
}

function about(record: ZoneRecord, sentence: string): Problem {
  return { line: record.line, sentence: `"${record.source}": ${sentence}` }
}

function outsideNames(records: readonly ZoneRecord[], apex: string): Problem[] {
  return records
    .filter((record) => record.data.type !== 'SOA' && !isWithin(record.name, apex))
    .map((record) => about(record, `${record.name} is outside the zone ${apex}`))
}

/** RFC 1034 section 3.6.2: where there is an alias there is nothing else, not even a second alias. */
function aliasesBesideData(records: readonly ZoneRecord[]): Problem[] {
  const firsts = new Map<string, ZoneRecord>()
  const problems: Problem[] = []
  for (const record of records) {
    const key = nameKey(record.name)
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, record)
    else if (first.data.type === 'CNAME' || record.data.type === 'CNAME') {
      const sentence = `${record.name} has a record of type ${first.data.type} in line ${first.line}; a CNAME stands alone at its name`
      problems.push(about(record, sentence))
    }
  }
  return problems
}

/** RFC 4592 section 4.2 leaves the meaning open; nobody means it. */
function wildcardDelegations(records: readonly ZoneRecord[]): Problem[] {
  return records
    .filter((record) => record.data.type === 'NS' && labelsOf(record.name)[0] === '*')
    .map((record) => about(record, 'a wildcard cannot be delegated to a name server'))
}

/** Bytes that one set may take uncompressed: with question and other sections it must fit in 64 KiB. */
const MAX_SET_SIZE = 60_000
/** Pointer to the owner, type, class, TTL and length. */
const RECORD_OVERHEAD = 12

function oversizedSets(records: readonly ZoneRecord[]): Problem[] {
  const sizes = new Map<string, number>()
  const problems: Problem[] = []
  for (const record of records) {
    const key = setKey(record)
    const before = sizes.get(key) ?? 0
    const size = before + RECORD_OVERHEAD + dataSize(record.data)
    sizes.set(key, size)
    if (before <= MAX_SET_SIZE && size > MAX_SET_SIZE)
      problems.push(about(record, `${record.name} has more ${record.data.type} records than one answer can hold`))
  }
  return problems
}

function dataSize(data: RecordData): number {
  if (data.type === 'TXT') return data.strings.reduce((sum, string) => sum + 1 + string.length, 0)
  return 'target' in data ? 2 + wireLength(labelsOf(data.target)) : 16
}

function findWarnings(records: readonly ZoneRecord[], zone: Zone): Problem[] {
  const noServer = nodeAt(zone, zone.apex)?.sets.has(RECORD_TYPES.NS)
    ? []
    : [{ line: zoneLine(records), sentence: `the zone ${zone.apex} names no server (NS record) at its top` }]
  const firsts = new Map<string, ZoneRecord>()
  for (const record of records) if (!firsts.has(setKey(record))) firsts.set(setKey(record), record)
  return [...noServer, ...records.flatMap((record) => warningsOf(record, firsts.get(setKey(record)), zone))]
}

function zoneLine(records: readonly ZoneRecord[]): number {
  return records.find((record) => record.data.type === 'SOA')?.line ?? 1
}

function setKey(record: ZoneRecord): string {
  return `${record.data.type} ${nameKey(record.name)}`
}

function warningsOf(record: ZoneRecord, first: ZoneRecord | undefined, zone: Zone): Problem[] {
  const sentences = [differingTtl(record, first), hiddenByDelegation(record, zone), badTarget(record, zone)]
  return sentences.filter((sentence) => sentence !== null).map((sentence) => about(record, sentence))
}

/** RFC 2181 section 5.2. */
function differingTtl(record: ZoneRecord, first: ZoneRecord | undefined): string | null {
  if (first === undefined || first.ttl === record.ttl) return null
  return `the same records in line ${first.line} have the TTL ${first.ttl}, not ${record.ttl}; the lower one is used for all`
}

/** Below a delegation only the addresses of name servers are of use. */
function hiddenByDelegation(record: ZoneRecord, zone: Zone): string | null {
  const isAddress = record.data.type === 'A' || record.data.type === 'AAAA'
  for (let name = record.name; !sameName(name, zone.apex); name = parentOf(name)) {
    if (!nodeAt(zone, name)?.sets.has(RECORD_TYPES.NS)) continue
    const own = sameName(name, record.name) && record.data.type === 'NS'
    if (!own && !isAddress) return `${displayName(name)} is delegated to other servers, so this is never answered`
  }
  return null
}

/** Where a record leads inside the zone there should be something, and for NS and MX no alias (RFC 2181 section 10.3). */
function badTarget(record: ZoneRecord, zone: Zone): string | null {
  const { data } = record
  if (!('target' in data) || !isWithin(data.target, zone.apex)) return null
  const found = lookup(zone, data.target, RECORD_TYPES.A)
  if (found.rcode === RCODES.NXDOMAIN) return `${data.target} does not exist in this zone`
  const isAlias = found.answer[0]?.type === 'CNAME'
  if (data.type !== 'CNAME') return isAlias ? `${data.target} is an alias; ${data.type} wants the real name` : null
  const loops = isAlias && found.answer.at(-1)?.type === 'CNAME' && found.authority.length === 0
  return loops && found.answer.some((set) => sameName(set.name, record.name)) ? 'the alias leads back to itself' : null
}
