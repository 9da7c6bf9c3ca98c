import { RECORD_TYPES } from './codes.ts'
import { labelsOf, nameFromLabels, nameKey } from './name.ts'
import type { RecordData, RecordSet, SoaData } from './records.ts'

/** One record of a zone file, with where it stands. */
export interface ZoneRecord {
  readonly name: string
  readonly ttl: number
  readonly data: RecordData
  readonly line: number
  /** The entry as it was read, in one line, for sentences about it. */
  readonly source: string
}

/** A name of the zone. One without record sets only stands between others (an empty non-terminal, RFC 8499). */
export interface ZoneNode {
  readonly name: string
  /** By the type's number. */
  readonly sets: ReadonlyMap<number, RecordSet>
}

/** A zone that can be asked. Made by `buildZone` from checked records; never changes. */
export interface Zone {
  readonly apex: string
  readonly soa: SoaData
  readonly soaSet: RecordSet
  readonly nodes: ReadonlyMap<string, ZoneNode>
  readonly recordCount: number
}

/** Builds the index of a zone. `records` holds exactly one SOA, whose owner is the apex, and no name outside it. */
export function buildZone(records: readonly ZoneRecord[]): Zone {
  const soaRecord = records.find((record) => record.data.type === 'SOA')
  if (soaRecord?.data.type !== 'SOA') throw new TypeError('a zone needs a SOA record')
  const apex = soaRecord.name
  const nodes = new Map<string, { name: string; sets: Map<number, RecordSet> }>()
  for (const record of records) {
    addNodes(nodes, record.name, labelsOf(apex).length)
    const node = nodes.get(nameKey(record.name))
    if (node) addRecord(node.sets, record)
  }
  const soaSet = nodes.get(nameKey(apex))?.sets.get(RECORD_TYPES.SOA)
  if (soaSet === undefined) throw new TypeError('the SOA record was not indexed')
  const sets = [...nodes.values()].flatMap((node) => [...node.sets.values()])
  const recordCount = sets.reduce((sum, set) => sum + set.data.length, 0)
  return { apex, soa: soaRecord.data, soaSet, nodes, recordCount }
}

/** A node for the name and for every name between it and the apex. */
function addNodes(
  nodes: Map<string, { name: string; sets: Map<number, RecordSet> }>,
  name: string,
  depth: number,
): void {
  const labels = labelsOf(name)
  for (let start = 0; labels.length - start >= depth; start += 1) {
    const ancestor = nameFromLabels(labels.slice(start))
    const key = nameKey(ancestor)
    if (nodes.has(key)) return
    nodes.set(key, { name: ancestor, sets: new Map() })
  }
}

function addRecord(sets: Map<number, RecordSet>, record: ZoneRecord): void {
  const type = RECORD_TYPES[record.data.type]
  const known = sets.get(type)
  if (known === undefined) {
    sets.set(type, { name: record.name, type: record.data.type, ttl: record.ttl, data: [record.data] })
    return
  }
  // Equal records are one (RFC 2181 section 5); where TTLs differ the lowest holds for all.
  const ttl = Math.min(known.ttl, record.ttl)
  const data = known.data.some((other) => sameData(other, record.data)) ? known.data : [...known.data, record.data]
  sets.set(type, { ...known, ttl, data })
}

export function sameData(a: RecordData, b: RecordData): boolean {
  return dataKey(a) === dataKey(b)
}

function dataKey(data: RecordData): string {
  if (data.type === 'TXT') return data.strings.map((string) => Buffer.from(string).toString('hex')).join(' ')
  // Names compare without case; addresses have one spelling since they were read.
  return JSON.stringify(data).toLowerCase()
}

export function nodeAt(zone: Zone, name: string): ZoneNode | undefined {
  return zone.nodes.get(nameKey(name))
}

export function setAt(zone: Zone, name: string, type: number): RecordSet | undefined {
  return nodeAt(zone, name)?.sets.get(type)
}
