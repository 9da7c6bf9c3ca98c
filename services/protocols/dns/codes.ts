/** The DNS's numbers (IANA "Domain Name System Parameters"; RFC 1035 sections 3.2.2 and 4.1.1, RFC 3596, RFC 6891). */

/** Types that a zone file of the lab may hold. */
export const RECORD_TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28 } as const
export type RecordType = keyof typeof RECORD_TYPES

/** Types that are met in queries only: pseudo types, and neighbours worth their name in a log line. */
export const QUERY_TYPES = { OPT: 41, TKEY: 249, TSIG: 250, IXFR: 251, AXFR: 252, ANY: 255 } as const
const OTHER_TYPES = {
  PTR: 12,
  HINFO: 13,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  CAA: 257,
} as const

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries({ ...RECORD_TYPES, ...QUERY_TYPES, ...OTHER_TYPES }).map(([name, code]) => [code, name]),
)

/** `A` for 1; `TYPE4711` where there is no name (RFC 3597 section 5). */
export function typeName(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`
}

export function isRecordType(name: string): name is RecordType {
  return Object.hasOwn(RECORD_TYPES, name)
}

/** Types from 128 to 255 ask for something else than records (RFC 6895 section 3.1), as do 0 and OPT; ANY is served. */
export function isMetaType(type: number): boolean {
  return type === 0 || type === QUERY_TYPES.OPT || (type >= 128 && type < QUERY_TYPES.ANY)
}

export const DS_TYPE = OTHER_TYPES.DS
export const CLASS_IN = 1
export const OPCODE_QUERY = 0

/** BADVERS does not fit in the header: its upper bits travel in the OPT record (RFC 6891 section 6.1.3). */
export const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const
const RCODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(RCODES).map(([name, code]) => [code, name]))

/** `NXDOMAIN` for 3; `RCODE9` where the lab knows no name. */
export function rcodeName(code: number): string {
  return RCODE_NAMES.get(code) ?? `RCODE${code}`
}

/** Enough for any sensible chain of aliases; a loop ends earlier, when it comes back. */
export const MAX_ALIASES = 16

/** Sizes in bytes: RFC 1035 sections 2.3.4 and 4.1.1. */
export const HEADER_LENGTH = 12
export const MAX_LABEL_LENGTH = 63
export const MAX_NAME_LENGTH = 255
export const MAX_STRING_LENGTH = 255
export const MAX_TCP_MESSAGE = 65_535
/** What every UDP client takes without EDNS. */
export const PLAIN_UDP_SIZE = 512
/** The most that is sent by UDP with EDNS: it fits every usual path unfragmented (DNS Flag Day 2020, RFC 9715). */
export const EDNS_UDP_SIZE = 1232
/** TTLs are 31 bits (RFC 2181 section 8). */
export const MAX_TTL = 2 ** 31 - 1

/** What a TTL that came in a message means: one beyond 31 bits means 0 (RFC 2181 section 8). */
export function usableTtl(ttl: number): number {
  return ttl > MAX_TTL ? 0 : ttl
}
