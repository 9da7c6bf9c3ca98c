import type { RecordType } from './codes.ts'

/** What a record says, by type. Names are absolute (see name.ts), addresses are text. */
export type RecordData =
  | { readonly type: 'A' | 'AAAA'; readonly address: string }
  | { readonly type: 'NS' | 'CNAME'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly target: string }
  | { readonly type: 'TXT'; readonly strings: readonly Uint8Array[] }
  | SoaData

export interface SoaData extends SoaFields {
  readonly type: 'SOA'
}

/** RFC 1035 section 3.3.13; times in seconds. `mailbox` is a name: the first dot stands for the @. */
export interface SoaFields {
  readonly primary: string
  readonly mailbox: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  readonly minimum: number
}

/** All records of one name and type. They share a TTL, in seconds (RFC 2181 section 5.2). */
export interface RecordSet {
  readonly name: string
  readonly type: RecordType
  readonly ttl: number
  readonly data: readonly RecordData[]
}

/** The data of a type that the lab does not know, as it came (RFC 3597). */
export interface UnknownData {
  readonly type: 'unknown'
  readonly bytes: Uint8Array
}

/** One record as it travels in a message. `type` and `class` are the numbers on the wire. */
export interface ResourceRecord {
  readonly name: string
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly data: RecordData | UnknownData
}

export interface Question {
  readonly name: string
  readonly type: number
  readonly class: number
}
