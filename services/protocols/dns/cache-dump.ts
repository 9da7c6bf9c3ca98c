import type { CacheEntry, CacheKind } from './cache.ts'
import { rcodeName, typeName } from './codes.ts'
import { describeData } from './describe.ts'
import { displayName } from './name.ts'
import type { Question, ResourceRecord } from './records.ts'
import type { ResolvedAnswer } from './resolution.ts'

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

/** One answer to a client. */
export interface RecentAnswer {
  readonly atMs: number
  readonly name: string
  readonly type: string
  readonly rcode: string
  readonly data: readonly string[]
  /** Of the records, as the client got it; null without any. */
  readonly ttlSeconds: number | null
  /** How long it was in the cache; null: it had to be asked for. */
  readonly ageSeconds: number | null
}

export interface CacheDump {
  readonly entries: readonly DumpedEntry[]
  readonly figures: CacheFigures
  /** The last answers, oldest first. */
  readonly recent: readonly RecentAnswer[]
}

/** One line. */
export function writeCacheDump(
  entries: readonly CacheEntry[],
  figures: CacheFigures,
  recent: readonly RecentAnswer[],
): string {
  const dump: CacheDump = { entries: entries.map(dumpEntry), figures, recent }
  return JSON.stringify(dump)
}

/** Reads what `writeCacheDump` wrote. Throws an `Error` for anything else. */
export function readCacheDump(text: string): CacheDump {
  const value: unknown = JSON.parse(text)
  if (
    typeof value !== 'object' ||
    value === null ||
    !('entries' in value) ||
    !('figures' in value) ||
    !('recent' in value)
  )
    throw new Error('the resolver answered something that is no cache dump')
  return value as CacheDump
}

/** What a resolver told a client, as the dump has it. */
export function recentAnswer(atMs: number, question: Question, answer: ResolvedAnswer): RecentAnswer {
  const { answers, ageSeconds, rcode } = answer
  return {
    ...{ atMs, name: displayName(question.name), type: typeName(question.type), rcode: rcodeName(rcode) },
    data: answers.map(recordText),
    ttlSeconds: answers.reduce<number | null>((least, { ttl }) => Math.min(least ?? ttl, ttl), null),
    ageSeconds,
  }
}

function recordText(record: ResourceRecord): string {
  return record.data.type === 'unknown' ? typeName(record.type) : describeData(record.data)
}

function dumpEntry(entry: CacheEntry): DumpedEntry {
  const { kind, ttlSeconds, storedAtMs, expiresAtMs, hits, records } = entry
  const known = kind === 'records' ? records : []
  const data = known.map(recordText)
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
