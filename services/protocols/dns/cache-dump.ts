import type { CacheEntry, CacheKind } from './cache.ts'
import { typeName } from './codes.ts'
import { describeData } from './describe.ts'
import { displayName } from './name.ts'

/** What a resolver's control port says of its cache: JSON, so that every script can read it. */

export const CONTROL_COMMANDS = 'dump_cache, flush NAME, flush_all'

export interface DumpedEntry {
  readonly kind: CacheKind
  /** Without the final dot. */
  readonly name: string
  readonly type: string
  /** The records' data in words; none in a negative entry. */
  readonly data: readonly string[]
  /** As the authoritative server gave it, capped. */
  readonly ttlSeconds: number
  readonly storedAtMs: number
  readonly expiresAtMs: number
  readonly hits: number
}

export interface CacheFigures {
  readonly queries: number
  readonly hits: number
  readonly upstreamQueries: number
  readonly failures: number
}

export interface CacheDump {
  readonly entries: readonly DumpedEntry[]
  readonly figures: CacheFigures
}

/** One line. */
export function writeCacheDump(entries: readonly CacheEntry[], figures: CacheFigures): string {
  const dump: CacheDump = { entries: entries.map(dumpEntry), figures }
  return JSON.stringify(dump)
}

/** Reads what `writeCacheDump` wrote. Throws an `Error` for anything else. */
export function readCacheDump(text: string): CacheDump {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('entries' in value) || !('figures' in value))
    throw new Error('the resolver answered something that is no cache dump')
  return value as CacheDump
}

function dumpEntry(entry: CacheEntry): DumpedEntry {
  const { kind, ttlSeconds, storedAtMs, expiresAtMs, hits, records } = entry
  const known = kind === 'records' ? records : []
  const data = known.map((record) =>
    record.data.type === 'unknown' ? typeName(record.type) : describeData(record.data),
  )
  return {
    kind,
    name: displayName(entry.name),
    type: typeName(entry.type),
    data,
    ttlSeconds,
    storedAtMs,
    expiresAtMs,
    hits,
  }
}
