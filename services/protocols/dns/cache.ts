import { negativeTtl } from './client.ts'
import { RECORD_TYPES, usableTtl } from './codes.ts'
import { nameKey, sameName } from './name.ts'
import type { ResourceRecord } from './records.ts'

/** What a resolver remembers of other servers' answers, and for how long. No I/O: the clock is given. */

export interface CacheLimits {
  /** Names and types that are kept; the one that was used longest ago gives way. */
  readonly maxEntries: number
  /** No answer is kept longer, whatever it says (RFC 8767 section 4 advises a cap). Seconds. */
  readonly maxTtlSeconds: number
  /** The same for "there is no such name" and "no such data" (RFC 2308 section 5: one to three hours). Seconds. */
  readonly maxNegativeTtlSeconds: number
}

/** `nodata`: the name exists, but has no record of the type. `nxdomain` holds for every type of the name. */
export type CacheKind = 'records' | 'nodata' | 'nxdomain'

/** An entry as it was stored: TTLs are those of the answer, capped. */
export interface CacheEntry {
  readonly kind: CacheKind
  readonly name: string
  /** The type's number; of an `nxdomain` the one that was asked for. */
  readonly type: number
  /** The records; of a negative entry the SOA record that says so. */
  readonly records: readonly ResourceRecord[]
  readonly ttlSeconds: number
  readonly storedAtMs: number
  readonly expiresAtMs: number
  /** How often it has answered. */
  hits: number
}

/** An entry as it is answered now. */
export interface CacheHit {
  readonly kind: CacheKind
  /** With the TTL that is left, in whole seconds. */
  readonly records: readonly ResourceRecord[]
  readonly ageSeconds: number
  readonly entry: CacheEntry
}

export class ResolverCache {
  private readonly limits: CacheLimits
  private readonly now: () => number
  /** By name and type, the longest unused first. */
  private readonly entries = new Map<string, CacheEntry>()

  /** `now`: milliseconds since the epoch. */
  constructor(limits: CacheLimits, now: () => number) {
    this.limits = limits
    this.now = now
  }

  /**
   * Keeps the records of one name and type. Where their TTLs differ the lowest holds for all (RFC 2181 section 5.2); what
   * has a TTL of 0 is for this answer only and not kept (RFC 1035 section 3.2.1). Returns the records with their TTL.
   */
  storeRecords(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
    const [first] = records
    if (first === undefined) return records
    const ttl = Math.min(this.limits.maxTtlSeconds, ...records.map((record) => usableTtl(record.ttl)))
    this.store('records', first.name, first.type, records, ttl)
    return records.map((record) => ({ ...record, ttl }))
  }

  /** Keeps that a name, or a type of it, does not exist; `soa` says so, and for how long (RFC 2308 section 5). */
  storeNegative(kind: 'nodata' | 'nxdomain', name: string, type: number, soa: ResourceRecord): void {
    const ttl = Math.min(this.limits.maxNegativeTtlSeconds, negativeTtl([soa]) ?? 0)
    this.store(kind, name, type, [soa], ttl)
  }

  /** What is known of a name and type, or null. `count` false: only looked at, not used. */
  find(name: string, type: number, count = true): CacheHit | null {
    const entry = this.live(keyOf(name, type)) ?? this.live(keyOf(name, ANY_TYPE))
    if (entry === null) return null
    if (count) {
      entry.hits += 1
      this.use(entry)
    }
    const leftSeconds = Math.max(0, Math.ceil((entry.expiresAtMs - this.now()) / 1000))
    const ttl = Math.min(entry.ttlSeconds, leftSeconds)
    const records = entry.records.map((record) => ({ ...record, ttl }))
    return {
      kind: entry.kind,
      records: rotates(entry) ? turned(records, entry.hits) : records,
      ageSeconds: Math.max(0, Math.floor((this.now() - entry.storedAtMs) / 1000)),
      entry,
    }
  }

  /** Forgets a name with all its types, or everything; returns how many entries that were. */
  flush(name?: string): number {
    const before = this.entries.size
    if (name === undefined) this.entries.clear()
    else for (const [key, entry] of [...this.entries]) if (sameName(entry.name, name)) this.entries.delete(key)
    return before - this.entries.size
  }

  /** Everything that is still good, in the order in which it expires. */
  list(): readonly CacheEntry[] {
    for (const key of [...this.entries.keys()]) this.live(key)
    return [...this.entries.values()].sort((a, b) => a.expiresAtMs - b.expiresAtMs)
  }

  private store(
    kind: CacheKind,
    name: string,
    type: number,
    records: readonly ResourceRecord[],
    ttlSeconds: number,
  ): void {
    // A name that turned up does not go on missing, and one that is gone has no records any more.
    if (kind === 'nxdomain') this.flush(name)
    else this.entries.delete(keyOf(name, ANY_TYPE))
    this.entries.delete(keyOf(name, type))
    if (ttlSeconds <= 0) return
    const storedAtMs = this.now()
    const expiresAtMs = storedAtMs + ttlSeconds * 1000
    const key = keyOf(name, kind === 'nxdomain' ? ANY_TYPE : type)
    this.entries.set(key, { kind, name, type, records, ttlSeconds, storedAtMs, expiresAtMs, hits: 0 })
    this.makeRoom()
  }

  private makeRoom(): void {
    while (this.entries.size > this.limits.maxEntries) {
      const [oldest] = this.entries.keys()
      if (oldest === undefined) return
      this.entries.delete(oldest)
    }
  }

  private live(key: string): CacheEntry | null {
    const entry = this.entries.get(key)
    if (entry === undefined) return null
    if (entry.expiresAtMs > this.now()) return entry
    // Never served beyond its time: serve-stale (RFC 8767) would hide what the lab wants to show.
    this.entries.delete(key)
    return null
  }

  private use(entry: CacheEntry): void {
    const key = keyOf(entry.name, entry.kind === 'nxdomain' ? ANY_TYPE : entry.type)
    this.entries.delete(key)
    this.entries.set(key, entry)
  }
}

/** Stands for all types of a name that does not exist; 0 is no type. */
const ANY_TYPE = 0

function keyOf(name: string, type: number): string {
  return `${type} ${nameKey(name)}`
}

/** Addresses are answered in turn; the order of other records says nothing to a client, or is its own affair (MX). */
function rotates({ kind, type }: CacheEntry): boolean {
  return kind === 'records' && (type === RECORD_TYPES.A || type === RECORD_TYPES.AAAA)
}

function turned<Item>(items: readonly Item[], turns: number): readonly Item[] {
  const first = turns % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
