import { parseName } from './name.ts'
import { Fields, looksLikeTtl, parseData, parseTtl, parseType } from './zone-fields.ts'
import { checkZone } from './zone-checks.ts'
import { readEntries, type Entry, type Problem } from './zone-lexer.ts'
import { buildZone, type Zone, type ZoneRecord } from './zone.ts'

/** A zone file that cannot be served. The message lists each problem as `file:line: sentence`, one a line. */
export class ZoneFileError extends Error {
  readonly problems: readonly Problem[]

  constructor(file: string, problems: readonly Problem[]) {
    super(formatProblems(file, problems))
    this.name = 'ZoneFileError'
    this.problems = problems
  }
}

export interface ParsedZone {
  readonly zone: Zone
  /** What can be served but is hardly meant: a forgotten final dot, an alias that leads to nothing. */
  readonly warnings: readonly Problem[]
}

/** More problems than this tell a person nothing new. */
const MAX_PROBLEMS = 20

/**
 * Reads a zone file (RFC 1035 section 5.1; `$TTL` and its units by RFC 2308 section 4 and BIND's custom). The owner of the
 * SOA record is the zone's name. Throws `ZoneFileError` with all problems that were found; `file` is only named in them.
 */
export function parseZone(text: string, file: string): ParsedZone {
  const { records, problems, warnings } = examineZone(text)
  if (problems.length > 0) throw new ZoneFileError(file, problems)
  return { zone: buildZone(records), warnings }
}

/** A record with the entry that it stands in, for who changes the file. */
export interface PlacedRecord extends ZoneRecord {
  readonly entry: Entry
  /** As it is written in the record itself; null where the TTL of the zone holds. */
  readonly ownTtl: number | null
  /** Place of the type among the entry's tokens; the data follows. */
  readonly typeAt: number
  /** What names without a final dot belong to, in this line. */
  readonly origin: string | null
}

export interface ExaminedZone {
  /** The records that could be read, in the order of the file. */
  readonly records: readonly PlacedRecord[]
  /** Why the file cannot be served; none: it can. */
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
}

/** Reads a zone file as far as it can be read. */
export function examineZone(text: string): ExaminedZone {
  const { entries, problems: unreadable } = readEntries(text)
  const reader = new RecordReader()
  const wrong = entries.flatMap((entry) => reader.read(entry) ?? [])
  const syntax = [...unreadable, ...wrong]
  const { problems, warnings } = checkZone(reader.records, syntax.length > 0)
  return {
    records: reader.records,
    problems: [...syntax, ...problems].sort((a, b) => a.line - b.line),
    warnings: [...reader.warnings, ...warnings].sort((a, b) => a.line - b.line),
  }
}

/** `file:line: sentence`, one a line, as compilers print it. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  const lines = problems.slice(0, MAX_PROBLEMS).map((problem) => `${file}:${problem.line}: ${problem.sentence}`)
  const left = problems.length - lines.length
  return left > 0 ? [...lines, `... and ${left} more`].join('\n') : lines.join('\n')
}

/** Turns entries into records, carrying what later entries inherit: origin, TTL and owner. */
class RecordReader {
  readonly records: PlacedRecord[] = []
  readonly warnings: Problem[] = []
  private origin: string | null = null
  private defaultTtl: number | null = null
  /** Where there is no `$TTL`, the last TTL that was written holds on (RFC 1035 section 5.1). */
  private lastTtl: number | null = null
  private lastOwner: string | null = null

  /** Takes one entry in; what is wrong with it is returned. */
  read(entry: Entry): Problem | null {
    const fields = new Fields(entry.tokens, 0)
    try {
      const first = entry.tokens[0]
      if (first && !first.quoted && first.text.startsWith('$') && !entry.blankOwner) this.readDirective(fields)
      else this.readRecord(entry, fields)
      return null
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return { line: fields.line, sentence: `"${sourceOf(entry)}": ${error.message}` }
    }
  }

  private readDirective(fields: Fields): void {
    const directive = fields.take('a directive').toUpperCase()
    if (directive === '$ORIGIN') this.origin = parseName(fields.take('the name of the origin'), this.origin)
    else if (directive === '$TTL') this.defaultTtl = parseTtl(fields.take('the default TTL'))
    else if (directive === '$INCLUDE')
      throw new Error(
        '$INCLUDE is not supported; write the records of that file here, so that one file is the whole zone',
      )
    else throw new Error(`${directive} is not a directive that this server knows ($ORIGIN, $TTL)`)
    fields.requireEnd(directive)
  }

  private readRecord(entry: Entry, fields: Fields): void {
    const owner = this.readOwner(entry, fields)
    const explicitTtl = readTtlAndClass(fields)
    const typeAt = fields.taken
    const type = parseType(fields.take('the record type'))
    const typeLine = fields.line
    const data = parseData(fields, type, this.origin)
    fields.requireEnd(`the data of the ${type} record`)
    const ttl = explicitTtl ?? this.defaultTtl ?? this.lastTtl
    fields.line = typeLine
    if (ttl === null) throw new Error('the TTL is missing: write one before the type, or a $TTL line at the top')
    if (explicitTtl !== null) this.lastTtl = explicitTtl
    this.records.push({
      ...{ name: owner, ttl, data, line: typeLine, source: sourceOf(entry) },
      ...{ entry, ownTtl: explicitTtl, typeAt, origin: this.origin },
    })
    this.warnDoubledOrigin(entry, typeLine)
  }

  private readOwner(entry: Entry, fields: Fields): string {
    if (!entry.blankOwner) {
      // Forgotten first: records that follow must not go to the owner before when this one cannot be read.
      this.lastOwner = null
      this.lastOwner = parseName(fields.take('the owner'), this.origin)
    }
    if (this.lastOwner === null)
      throw new Error('the owner is missing: the line starts with white space, and no usable owner stands before it')
    return this.lastOwner
  }

  /** The classic: `mail.foobar.com` without its final dot in the zone foobar.com. */
  private warnDoubledOrigin(entry: Entry, line: number): void {
    const origin = this.origin?.toLowerCase() ?? '.'
    if (origin === '.') return
    for (const { text, quoted } of entry.tokens) {
      const doubled = `${text.toLowerCase()}.` === origin || `${text.toLowerCase()}.`.endsWith(`.${origin}`)
      if (quoted || !doubled) continue
      const sentence = `"${sourceOf(entry)}": ${text} has no final dot, so it means ${text}.${this.origin ?? ''}`
      this.warnings.push({ line, sentence })
    }
  }
}

/** TTL and class may stand in either order, and both may be left out. */
function readTtlAndClass(fields: Fields): number | null {
  let ttl: number | null = null
  let classRead = false
  for (;;) {
    const token = fields.peek()
    if (token === undefined || token.quoted) return ttl
    const word = token.text.toUpperCase()
    if (!classRead && /^(IN|CH|HS|CS|CLASS\d+)$/.test(word)) {
      classRead = true
      fields.take('the class')
      if (word !== 'IN') throw new Error(`the class ${token.text} is not served; the class of the Internet is IN`)
    } else if (ttl === null && looksLikeTtl(word)) ttl = parseTtl(fields.take('the TTL'))
    else return ttl
  }
}

const MAX_SOURCE_LENGTH = 80

/** The entry's words in one line, for sentences about it. */
function sourceOf(entry: Entry): string {
  const text = entry.tokens.map((token) => (token.quoted ? `"${token.text}"` : token.text)).join(' ')
  return text.length > MAX_SOURCE_LENGTH ? `${text.slice(0, MAX_SOURCE_LENGTH)}...` : text
}
