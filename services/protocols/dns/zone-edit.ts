import { isWithin, labelsOf, nameFromLabels, nameKey, sameName } from './name.ts'
import { examineZone, type PlacedRecord } from './zone-parser.ts'
import { plainText, type Problem } from './zone-lexer.ts'

/** Changes of single records in a zone file: everything else in it, comments included, stays as it is. */

/** One record as it is written in a line of the file. */
export interface RecordLine {
  /** Relative to the zone, `@` for the zone itself. */
  readonly name: string
  readonly type: string
  /** Seconds; null: the zone's own (`$TTL`). */
  readonly ttl: number | null
  readonly data: string
}

export interface ListedRecord extends RecordLine {
  /** Where it stands; lines count from 1. */
  readonly line: number
  /** What holds for it, whether written in its line or not. */
  readonly effectiveTtl: number
}

/** A change that cannot be made, with the places and sentences that say why. */
export class ZoneEditError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems[0]?.sentence ?? 'the change cannot be made')
    this.name = 'ZoneEditError'
    this.problems = problems
  }
}

/** What to write behind an address, by custom of the file: the host's name. */
export type CommentOf = (data: string) => string | null

/** The records that can be read, in the order of the file. */
export function listRecords(text: string): readonly ListedRecord[] {
  const plain = plainText(text)
  return examineZone(text).records.map((record) => ({
    ...{ name: relativeName(record), type: record.data.type, ttl: record.ownTtl, data: dataOf(record, plain) },
    ...{ line: record.line, effectiveTtl: record.ttl },
  }))
}

/** The zone's serial, or null where it has no SOA record that can be read. */
export function zoneSerial(text: string): number | null {
  const soa = examineZone(text).records.find(({ data }) => data.type === 'SOA')
  return soa?.data.type === 'SOA' ? soa.data.serial : null
}

/** The same file with another serial. */
export function withSerial(text: string, serial: number): string {
  const plain = plainText(text)
  const soa = examineZone(text).records.find(({ data }) => data.type === 'SOA')
  // Primary server and mailbox come before it.
  const token = soa?.entry.tokens[soa.typeAt + 3]
  if (token === undefined) return plain
  // What stands behind it, such as a comment, keeps its column.
  const written = String(serial)
  const rest = plain.slice(token.end)
  const room = (/^ */.exec(rest)?.[0].length ?? 0) - 1
  const grown = Math.min(Math.max(0, written.length - token.text.length), Math.max(0, room))
  return plain.slice(0, token.start) + written + rest.slice(grown)
}

/** Adds a record behind those of its kind. Throws `ZoneEditError`. */
export function addRecord(text: string, record: RecordLine, commentOf: CommentOf): string {
  const { records } = examineZone(text)
  const like =
    records.findLast((one) => one.data.type === record.type && relativeName(one) === record.name) ??
    records.findLast((one) => one.data.type === record.type) ??
    records.at(-1)
  const lines = plainText(text).split('\n')
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const at = like?.entry.lastLine ?? end
  // A line that took its owner from the one before would take this one's.
  const next = records.find(({ entry }) => entry.line > at)
  if (next?.entry.blankOwner === true) nameOwner(lines, next)
  lines.splice(at, 0, lineOf(record, records, commentOf(record.data)))
  return checked(lines.join('\n'), records, null, record, at + 1)
}

/** Writes a record anew, in its place. Throws `ZoneEditError`. */
export function changeRecord(text: string, line: number, record: RecordLine, commentOf: CommentOf): string {
  const { records } = examineZone(text)
  const target = recordAt(records, line)
  const lines = plainText(text).split('\n')
  freeNext(lines, records, target)
  const plain = plainText(text)
  const comment = commentAt(plain, target)
  const old = dataOf(target, plain)
  const kept = comment !== null && comment === commentOf(old) ? commentOf(record.data) : comment
  const { line: first, lastLine } = target.entry
  lines.splice(first - 1, lastLine - first + 1, lineOf(record, records, kept))
  return checked(lines.join('\n'), records, target, record, first)
}

/** Takes a record out. Throws `ZoneEditError`. */
export function removeRecord(text: string, line: number): string {
  const { records } = examineZone(text)
  const target = recordAt(records, line)
  const lines = plainText(text).split('\n')
  freeNext(lines, records, target)
  const { line: first, lastLine } = target.entry
  lines.splice(first - 1, lastLine - first + 1)
  return checked(lines.join('\n'), records, target, null, first)
}

function recordAt(records: readonly PlacedRecord[], line: number): PlacedRecord {
  const found = records.find((record) => record.line === line)
  if (found === undefined) throw new ZoneEditError([{ line, sentence: 'there is no record in this line any more' }])
  if (found.data.type === 'SOA')
    throw new ZoneEditError([{ line, sentence: 'the SOA record is changed in the file itself' }])
  return found
}

/** The entry behind one that goes may have taken its owner from it. */
function freeNext(lines: string[], records: readonly PlacedRecord[], target: PlacedRecord): void {
  const next = records[records.indexOf(target) + 1]
  if (next?.entry.blankOwner === true) nameOwner(lines, next)
}

function nameOwner(lines: string[], record: PlacedRecord): void {
  const index = record.entry.line - 1
  lines[index] = `${relativeName(record)} ${(lines[index] ?? '').replace(/^[ \t]+/, '')}`
}

function lineOf(record: RecordLine, records: readonly PlacedRecord[], comment: string | null): string {
  const width = Math.max(record.name.length, ...records.map((one) => relativeName(one).length))
  const ttl = record.ttl === null ? '' : `${record.ttl} `
  const line = `${record.name.padEnd(width)}  ${ttl}IN  ${record.type.padEnd(5)}  ${record.data}`
  return comment === null ? line : `${line}  ; ${comment}`
}

/** The file must hold what it held, with this one record otherwise: a text of a person can be odd in many ways. */
function checked(
  text: string,
  before: readonly PlacedRecord[],
  gone: PlacedRecord | null,
  come: RecordLine | null,
  line: number,
): string {
  const { records, problems } = examineZone(text)
  if (problems.length > 0) throw new ZoneEditError(problems)
  const expected = before.filter((record) => record !== gone).map(keyOf)
  const found = records.map(keyOf)
  for (const key of expected) {
    const at = found.indexOf(key)
    if (at === -1) throw new ZoneEditError([{ line, sentence: 'other records depend on this line; change the file' }])
    found.splice(at, 1)
  }
  if (found.length !== (come === null ? 0 : 1))
    throw new ZoneEditError([{ line, sentence: 'the line would hold more, or less, than one record' }])
  return text
}

function keyOf({ name, ttl, data }: PlacedRecord): string {
  const strings = data.type === 'TXT' ? data.strings.map((string) => Buffer.from(string).toString('hex')) : []
  return JSON.stringify([nameKey(name), ttl, data, strings])
}

function dataOf({ entry, typeAt }: PlacedRecord, plain: string): string {
  return entry.tokens
    .slice(typeAt + 1)
    .map(({ start, end }) => plain.slice(start, end))
    .join(' ')
}

/** The comment behind a record, without its semicolon. */
function commentAt(plain: string, { entry }: PlacedRecord): string | null {
  const last = entry.tokens.at(-1)
  if (last === undefined) return null
  const end = plain.indexOf('\n', last.end)
  const rest = plain.slice(last.end, end === -1 ? undefined : end)
  const at = rest.indexOf(';')
  return at === -1 ? null : rest.slice(at + 1).trim()
}

function relativeName({ name, origin }: PlacedRecord): string {
  if (origin === null || origin === '.') return name
  if (sameName(name, origin)) return '@'
  if (!isWithin(name, origin)) return name
  const labels = labelsOf(name)
  return nameFromLabels(labels.slice(0, labels.length - labelsOf(origin).length)).slice(0, -1)
}
