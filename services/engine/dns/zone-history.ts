import type { StaleAnswer } from '../../contract/index.ts'
import { describeData, displayName, examineZone } from '../../protocols/dns/index.ts'

/** What a zone has said of each name, and when it began to say otherwise. */

/** Record data in words, by `name type`. */
type Sets = ReadonlyMap<string, readonly string[]>

interface Change {
  readonly atMs: number
  readonly key: string
  readonly before: readonly string[]
}

/** Changes that are remembered; longer ago than any TTL of a lab is of no use. */
const KEPT_CHANGES = 1000

export class ZoneHistory {
  private sets: Sets
  private changes: readonly Change[] = []
  /** When the zone changed last; null: not yet. */
  changedAtMs: number | null = null

  constructor(text: string) {
    this.sets = setsOf(text)
  }

  /** The zone has another text. A text that cannot be served changes nothing. */
  take(text: string, atMs: number): void {
    if (examineZone(text).problems.length > 0) return
    const next = setsOf(text)
    const keys = [...new Set([...this.sets.keys(), ...next.keys()])]
    const changed = keys.flatMap((key) => {
      const before = this.sets.get(key) ?? []
      return same(before, next.get(key) ?? []) ? [] : [{ atMs, key, before }]
    })
    if (changed.length === 0) return
    this.changes = [...this.changes, ...changed].slice(-KEPT_CHANGES)
    this.sets = next
    this.changedAtMs = atMs
  }

  /**
   * Whether the zone said otherwise at a moment than what is remembered of a name and type; null: it said the same, or
   * has never been changed for them. `data`: none for a negative answer.
   */
  stale(name: string, type: string, data: readonly string[], atMs: number): StaleAnswer | null {
    const keys = [keyOf(name, type), keyOf(name, 'CNAME')]
    const own = this.changes.filter(({ key }) => keys.includes(key))
    const sinceMs = own.findLast((change) => change.atMs <= atMs)?.atMs
    if (sinceMs === undefined) return null
    const [exact, alias] = keys.map((key) => this.saidAt(key, atMs))
    const zone = exact?.length ? exact : (alias ?? [])
    return same(zone, data) ? null : { zone, sinceMs }
  }

  private saidAt(key: string, atMs: number): readonly string[] {
    const later = this.changes.find((change) => change.key === key && change.atMs > atMs)
    return later?.before ?? this.sets.get(key) ?? []
  }
}

function setsOf(text: string): Sets {
  const sets = new Map<string, string[]>()
  for (const { name, data } of examineZone(text).records) {
    const key = keyOf(displayName(name), data.type)
    sets.set(key, [...(sets.get(key) ?? []), describeData(data)])
  }
  return sets
}

function keyOf(name: string, type: string): string {
  return `${name.toLowerCase()} ${type}`
}

/** The order of records means nothing. */
function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one))
}
