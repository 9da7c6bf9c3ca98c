import { quoteString } from './escape.ts'
import { labelsOf, nameFromLabels, isWithin, nameKey, parseName } from './name.ts'
import type { RecordData, SoaFields } from './records.ts'

/** A record to be written. Names may be relative to the origin, as in a zone file. */
export interface ZoneLine {
  readonly name: string
  /** Seconds, where it differs from the zone's `ttl`. */
  readonly ttl?: number
  readonly data: RecordData
  /** Stands behind the record. */
  readonly comment?: string
}

export interface ZonePlan {
  /** The zone's name; the final dot may be left out. */
  readonly origin: string
  /** Default TTL in seconds. */
  readonly ttl: number
  readonly soa: SoaFields
  readonly records: readonly ZoneLine[]
}

/**
 * Writes a zone as a commented file that a person will read and edit; `parseZone` reads it back. Names inside the zone
 * are written relative to it. Throws an `Error` with a sentence when a name of the plan is not one.
 */
export function renderZone(plan: ZonePlan): string {
  const origin = parseName(plan.origin, '.')
  const lines = plan.records.map((line) => ({ ...line, name: relative(parseName(line.name, origin), origin) }))
  const width = Math.max(1, ...lines.map((line) => line.name.length))
  const groups = GROUPS.map(({ title, types }) => ({
    title,
    rows: lines.filter((line) => types.includes(line.data.type)).map((line) => renderLine(line, origin, width)),
  })).filter((group) => group.rows.length > 0)
  const parts = [
    HEADER(origin),
    `$ORIGIN ${origin}\n$TTL ${plan.ttl}  ; seconds that a client may keep an answer, where a record has no time of its own`,
    renderSoa(plan.soa, origin, width),
    ...groups.map((group) => [`; ${group.title}`, ...group.rows].join('\n')),
  ]
  return parts.join('\n\n') + '\n'
}

const HEADER = (origin: string): string =>
  [
    `; The zone ${origin.slice(0, -1) || '.'}: all that its DNS server knows (format: RFC 1035, section 5).`,
    '; The server reads this file again as soon as it is saved, and keeps the old zone when it finds a mistake.',
    ';',
    '; A line is: NAME [TTL] CLASS TYPE VALUE. What follows a semicolon is a comment.',
    '; A name that ends with a dot is complete; any other one belongs to $ORIGIN. @ is $ORIGIN itself.',
    '; TTL is how many seconds a client may keep the answer.',
  ].join('\n')

const GROUPS: readonly { readonly title: string; readonly types: readonly RecordData['type'][] }[] = [
  { title: 'NS: the name servers of this zone', types: ['NS'] },
  {
    title: 'A and AAAA: a name and its address; several lines with one name are answered in turn',
    types: ['A', 'AAAA'],
  },
  { title: 'CNAME: another name for the same thing', types: ['CNAME'] },
  { title: 'MX: who takes mail for a name, the lowest number first', types: ['MX'] },
  { title: 'TXT: any text', types: ['TXT'] },
]

function renderSoa(soa: SoaFields, origin: string, width: number): string {
  const names = `${target(soa.primary, origin)} ${target(soa.mailbox, origin)}`
  const numbers: readonly (readonly [number, string])[] = [
    [soa.serial, 'serial: add 1 with every change'],
    [soa.refresh, 'refresh: how often secondary servers ask for changes'],
    [soa.retry, 'retry: how soon they ask again when nobody answered'],
    [soa.expire, 'expire: how long they go on without hearing from the primary'],
    [soa.minimum, 'negative TTL: how long a client remembers that a name does not exist'],
  ]
  const digits = Math.max(...numbers.map(([value]) => String(value).length))
  return [
    '; SOA: who is in charge of this zone: primary name server, mailbox (the first dot stands for @), times in seconds',
    `${'@'.padEnd(width)}  IN  SOA    ${names} (`,
    ...numbers.map(([value, meaning]) => `${' '.repeat(width + 13)}${String(value).padEnd(digits)}  ; ${meaning}`),
    `${' '.repeat(width + 11)})`,
  ].join('\n')
}

function renderLine(line: ZoneLine, origin: string, width: number): string {
  const ttl = line.ttl === undefined ? '' : `${line.ttl}  `
  const comment = line.comment === undefined ? '' : `  ; ${line.comment.replaceAll(/\s+/g, ' ')}`
  return `${line.name.padEnd(width)}  ${ttl}IN  ${line.data.type.padEnd(5)}  ${renderData(line.data, origin)}${comment}`
}

function renderData(data: RecordData, origin: string): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address
    case 'NS':
    case 'CNAME':
      return target(data.target, origin)
    case 'MX':
      return `${data.preference} ${target(data.target, origin)}`
    case 'TXT':
      return data.strings.map((string) => quoteString(string)).join(' ')
    case 'SOA':
      throw new Error('the SOA record of a zone is given apart from its other records')
  }
}

function target(name: string, origin: string): string {
  return relative(parseName(name, origin), origin)
}

/** `www` for www.foobar.com. in foobar.com., `@` for the zone itself, the whole name for any other. */
function relative(name: string, origin: string): string {
  if (nameKey(name) === nameKey(origin)) return '@'
  if (origin === '.' || !isWithin(name, origin)) return name
  const labels = labelsOf(name)
  return nameFromLabels(labels.slice(0, labels.length - labelsOf(origin).length)).slice(0, -1)
}
