import type { Failure } from './errors.ts'

/** What window and engine say to each other about DNS: the zone that is served, and what a resolver remembers of it. */

/** The types of record that a zone can hold beside its SOA record. */
export const ZONE_RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'] as const
export type ZoneRecordType = (typeof ZONE_RECORD_TYPES)[number]

/** The longest time to live that the lab takes: a week. */
export const MAX_ZONE_TTL = 604_800
/** A zone file of more characters is no zone of a lab. */
export const MAX_ZONE_CHARS = 100_000

/** Something wrong, or odd, in a line of a zone file. Lines count from 1. */
export interface ZoneProblem {
  readonly line: number
  /** In English, as the DNS server says it. */
  readonly sentence: string
}

export interface ZoneRow {
  readonly line: number
  /** Relative to the zone, `@` for the zone itself. */
  readonly name: string
  readonly type: string
  /** As it is written in the line, in seconds; null: the zone's own holds. */
  readonly ttl: number | null
  readonly effectiveTtl: number
  /** As it is written in the file. */
  readonly data: string
}

/** A zone file, read as far as it can be read. */
export interface ZoneReading {
  readonly rows: readonly ZoneRow[]
  /** Why it cannot be served; none: it can. */
  readonly problems: readonly ZoneProblem[]
  readonly warnings: readonly ZoneProblem[]
  readonly serial: number | null
}

export interface ZoneView extends ZoneReading {
  /** The DNS server that serves it. */
  readonly service: string
  /** `foobar.com` */
  readonly zone: string
  readonly path: string
  readonly text: string
  /** When it was changed last in this lab; null: it is as it was at the start. */
  readonly changedAtMs: number | null
}

/** The zone says otherwise than a resolver remembers. */
export interface StaleAnswer {
  /** What the zone says now; none: there is no such record any more. */
  readonly zone: readonly string[]
  readonly sinceMs: number
}

export interface CachedAnswer {
  /** `nxdomain`: there is no such name; `nodata`: the name has no record of this type. */
  readonly kind: 'records' | 'nxdomain' | 'nodata'
  readonly name: string
  readonly type: string
  readonly data: readonly string[]
  /** As the DNS server gave it. */
  readonly ttlSeconds: number
  readonly storedAtMs: number
  readonly expiresAtMs: number
  /** How often it was the answer. */
  readonly hits: number
  readonly stale: StaleAnswer | null
}

/** One answer of a resolver to a client. */
export interface ResolverAnswer {
  readonly atMs: number
  readonly name: string
  readonly type: string
  readonly rcode: string
  readonly data: readonly string[]
  readonly ttlSeconds: number | null
  /** How long it was in the cache; null: the DNS server was asked. */
  readonly ageSeconds: number | null
}

export interface ResolverView {
  readonly service: string
  readonly address: string
  readonly port: number
  /** Why nothing is known of its cache; null: the rest holds. */
  readonly failure: Failure | null
  /** In the order in which they expire. */
  readonly entries: readonly CachedAnswer[]
  /** The last ones, oldest first. */
  readonly recent: readonly ResolverAnswer[]
  readonly queries: number
  readonly hits: number
  readonly upstreamQueries: number
}

export interface DnsView {
  /** The engine's clock, which all times here go by. */
  readonly atMs: number
  readonly zones: readonly ZoneView[]
  readonly resolvers: readonly ResolverView[]
}

/** How visitors are led past a server that is gone. */
export const FAILOVER_WAYS = ['balancer', 'changed-record', 'round-robin'] as const
/**
 * `balancer`: a load balancer's health check; `changed-record`: a monitor notices as the balancer would, and changes the
 * A record; `round-robin`: two A records, and nobody does anything.
 */
export type FailoverWay = (typeof FAILOVER_WAYS)[number]

export interface FailoverRow {
  readonly way: FailoverWay
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped'
  /** What was opened. */
  readonly url: string
  /** The service that was killed; null before. */
  readonly killed: string | null
  /** From the kill on: when the loss was noticed and acted on; null: nobody did. */
  readonly noticedMs: number | null
  /** Sum of the intervals in which nothing succeeded, true to plus or minus `resolutionMs`. */
  readonly downtimeMs: number | null
  readonly due: number
  readonly failed: number
  readonly failure: Failure | null
}

/** The same kill, under the same traffic, met in each way. */
export interface FailoverState {
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  readonly startedAtMs: number
  readonly rate: number
  readonly ttlSeconds: number
  /** How long each way is watched after the kill. */
  readonly watchMs: number
  readonly resolutionMs: number
  readonly rows: readonly FailoverRow[]
}

/** What they answer; part of `CommandOutputs`. */
export interface DnsOutputs {
  readDns: DnsView
  /** Reads a text as the DNS server would; nothing is changed. */
  checkZone: ZoneReading
  /** Answers when the DNS server serves the new zone. A text with mistakes changes nothing. */
  editZone: ZoneView
  changeRecord: ZoneView
  setRecords: ZoneView
  /** How many entries were forgotten. */
  flushCache: { readonly flushed: number }
  /** Answers with the whole table when it is done. */
  compareFailover: FailoverState
  stopFailover: null
}

/** Part of the events of the lab. */
export interface DnsEvents {
  zoneChanged: { readonly service: string; readonly zone: string; readonly serial: number; readonly atMs: number }
  cacheFlushed: { readonly service: string; readonly name: string; readonly count: number }
  failoverProgressed: { readonly failover: FailoverState }
}
