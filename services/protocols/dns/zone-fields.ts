import { isRecordType, MAX_STRING_LENGTH, MAX_TTL, RECORD_TYPES, type RecordType } from './codes.ts'
import { readEscapes } from './escape.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts'
import { parseName } from './name.ts'
import type { RecordData } from './records.ts'
import type { Token } from './zone-lexer.ts'

/** The fields of a record's line. Every function throws an `Error` whose sentence names what was read. */

/** Hands out the words of an entry one by one. */
export class Fields {
  private readonly tokens: readonly Token[]
  private next: number
  /** The line of the word that was taken last: where to point when it is wrong. */
  line: number

  constructor(tokens: readonly Token[], first: number) {
    this.tokens = tokens
    this.next = first
    this.line = tokens[0]?.line ?? 1
  }

  /** How many words were taken. */
  get taken(): number {
    return this.next
  }

  peek(): Token | undefined {
    return this.tokens[this.next]
  }

  /** The next word; `what` says what it should be, for the sentence when nothing is left. */
  takeToken(what: string): Token {
    const token = this.peek()
    if (token === undefined) throw new Error(`${what} is missing`)
    this.next += 1
    this.line = token.line
    return token
  }

  take(what: string): string {
    const token = this.takeToken(what)
    if (token.quoted) throw new Error(`${what} is not written in quotes`)
    return token.text
  }

  requireEnd(what: string): void {
    const token = this.peek()
    if (token === undefined) return
    this.line = token.line
    throw new Error(`"${token.text}" is too much after ${what}`)
  }
}

const TTL_PATTERN = /^(?:\d+|(?:\d+[wdhms])+)$/i
const UNIT_SECONDS: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 }

export function looksLikeTtl(text: string): boolean {
  return TTL_PATTERN.test(text)
}

/** Seconds of `3600` or `1h30m`: at most 31 bits (RFC 2181 section 8). */
export function parseTtl(text: string): number {
  if (!looksLikeTtl(text)) throw new Error(`${text} is not a time such as 3600 or 1h30m`)
  let seconds = 0
  for (const [, digits, unit] of text.matchAll(/(\d+)([a-z]?)/gi))
    seconds += Number(digits) * (UNIT_SECONDS[(unit ?? '').toLowerCase()] ?? 1)
  if (seconds > MAX_TTL) throw new Error(`${text} is more than ${MAX_TTL} seconds`)
  return seconds
}

/** Reads a record's type. Classes and TTLs come before it and are gone already. */
export function parseType(text: string): RecordType {
  const type = text.toUpperCase()
  if (isRecordType(type)) return type
  const known = Object.keys(RECORD_TYPES).sort().join(', ')
  throw new Error(`${text} is not a record type that this server knows (${known})`)
}

/** Reads what stands after the type, up to the end of the entry. */
export function parseData(fields: Fields, type: RecordType, origin: string | null): RecordData {
  switch (type) {
    case 'A':
      return { type, address: parseIpv4Address(fields.take('an IPv4 address')) }
    case 'AAAA':
      return { type, address: parseIpv6Address(fields.take('an IPv6 address')) }
    case 'NS':
      return { type, target: parseName(fields.take('the name of the name server'), origin) }
    case 'CNAME':
      return { type, target: parseName(fields.take('the name that the alias stands for'), origin) }
    case 'MX': {
      const preference = parseInteger(fields.take('the preference (a number)'), 'preference', 0xffff)
      return { type, preference, target: parseName(fields.take('the name of the mail server'), origin) }
    }
    case 'TXT':
      return { type, strings: parseStrings(fields) }
    case 'SOA':
      return parseSoa(fields, origin)
  }
}

function parseIpv4Address(text: string): string {
  const bytes = parseIpv4(text)
  if (bytes === null) throw new Error(`${text} is not an IPv4 address`)
  return formatIpv4(bytes)
}

function parseIpv6Address(text: string): string {
  const bytes = parseIpv6(text)
  if (bytes === null) throw new Error(`${text} is not an IPv6 address`)
  return formatIpv6(bytes)
}

function parseInteger(text: string, what: string, max: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > max)
    throw new Error(`${text} is not a ${what}: it must be a whole number up to ${max}`)
  return Number(text)
}

function parseStrings(fields: Fields): Uint8Array[] {
  const strings = [parseString(fields)]
  while (fields.peek() !== undefined) strings.push(parseString(fields))
  return strings
}

function parseString(fields: Fields): Uint8Array {
  const { text } = fields.takeToken('a text')
  const bytes = Uint8Array.from(readEscapes(text), (unit) => unit.byte)
  if (bytes.length > MAX_STRING_LENGTH)
    throw new Error(`a text has at most 255 bytes, this one has ${bytes.length}; split it into several quoted texts`)
  return bytes
}

function parseSoa(fields: Fields, origin: string | null): RecordData {
  return {
    type: 'SOA',
    primary: parseName(fields.take('the name of the primary server'), origin),
    mailbox: parseMailbox(fields.take('the mailbox'), origin),
    serial: parseInteger(fields.take('the serial'), 'serial', 0xffff_ffff),
    refresh: parseTtl(fields.take('the refresh time')),
    retry: parseTtl(fields.take('the retry time')),
    expire: parseTtl(fields.take('the expire time')),
    minimum: parseTtl(fields.take('the negative TTL (minimum)')),
  }
}

function parseMailbox(text: string, origin: string | null): string {
  // A lone @ is the origin, as everywhere.
  if (text.length > 1 && text.replace(/\\./g, '').includes('@'))
    throw new Error(`${text} is not a mailbox: a zone file writes a dot for the @, such as hostmaster.foobar.com.`)
  return parseName(text, origin)
}
