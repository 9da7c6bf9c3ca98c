import type { CacheHit, ResolverCache } from './cache.ts'
import { CLASS_IN, MAX_ALIASES, QUERY_TYPES, RCODES, RECORD_TYPES } from './codes.ts'
import type { Message } from './message.ts'
import { isWithin, nameKey, sameName } from './name.ts'
import type { Question, ResourceRecord } from './records.ts'

/** What a resolver tells its client. */
export interface ResolvedAnswer {
  readonly rcode: number
  /** The aliases on the way, then the records that were asked for. */
  readonly answers: readonly ResourceRecord[]
  /** Of a negative answer: the SOA record that says how long to remember it. */
  readonly authorities: readonly ResourceRecord[]
  /** How long the oldest part was in the cache, in seconds; null where any part had to be asked for. */
  readonly ageSeconds: number | null
}

export type ResolutionStep =
  { readonly kind: 'ask'; readonly question: Question } | { readonly kind: 'done'; readonly answer: ResolvedAnswer }

/**
 * One question of a client on its way through the cache and, where that does not know enough, to authoritative servers.
 * Whoever owns the sockets asks what `step` says and hands the answer to `take`, until `step` is done.
 */
export class Resolution {
  step: ResolutionStep
  private readonly cache: ResolverCache
  private readonly question: Question
  private readonly answers: ResourceRecord[] = []
  private readonly visited = new Set<string>()
  private name: string
  private ageSeconds: number | null = 0

  constructor(cache: ResolverCache, question: Question) {
    this.cache = cache
    this.question = question
    this.name = question.name
    this.step = this.advance()
  }

  /** The answer to what `step` asked; null: nobody answered. */
  take(message: Message | null): void {
    this.ageSeconds = null
    this.step = message === null ? this.done(RCODES.SERVFAIL) : this.read(message)
  }

  /** Follows the cache as far as it leads. */
  private advance(): ResolutionStep {
    for (;;) {
      const { type } = this.question
      const hit = this.cache.find(this.name, type)
      if (hit !== null) return this.useLast(hit)
      const alias = type === RECORD_TYPES.CNAME ? null : this.cache.find(this.name, RECORD_TYPES.CNAME)
      const target = alias?.kind === 'records' ? targetOf(alias.records) : null
      if (alias === null || target === null)
        return { kind: 'ask', question: { name: this.name, type, class: CLASS_IN } }
      this.noteAge(alias)
      if (!this.follow(alias.records, target)) return this.done(RCODES.SERVFAIL)
    }
  }

  private useLast(hit: CacheHit): ResolutionStep {
    this.noteAge(hit)
    if (hit.kind !== 'records') return this.negative(hit.kind, hit.records)
    this.answers.push(...hit.records)
    return this.done(RCODES.NOERROR)
  }

  /** Only records that the question leads to are taken (RFC 2181 section 5.4.1, RFC 5452 section 6). */
  private read({ rcode, answers, authorities }: Message): ResolutionStep {
    if (rcode !== RCODES.NOERROR && rcode !== RCODES.NXDOMAIN) return this.done(RCODES.SERVFAIL)
    const { type } = this.question
    const start = this.name
    for (;;) {
      const owned = answers.filter((record) => sameName(record.name, this.name) && record.class === CLASS_IN)
      const wanted = owned.filter((record) => record.type === type || type === QUERY_TYPES.ANY)
      if (wanted.length > 0) {
        // What comes back to ANY is some of what there is (RFC 8482): nothing to remember.
        this.answers.push(...(type === QUERY_TYPES.ANY ? wanted : this.cache.storeRecords(wanted)))
        return this.done(RCODES.NOERROR)
      }
      const aliases = owned.filter((record) => record.type === RECORD_TYPES.CNAME)
      const target = targetOf(aliases)
      if (target === null) break
      if (!this.follow(this.cache.storeRecords(aliases), target)) return this.done(RCODES.SERVFAIL)
    }
    const kind = rcode === RCODES.NXDOMAIN ? 'nxdomain' : 'nodata'
    const soa = authorities.find((record) => record.data.type === 'SOA' && isWithin(this.name, record.name))
    if (soa !== undefined) {
      this.cache.storeNegative(kind, this.name, type, soa)
      return this.negative(kind, [soa])
    }
    if (kind === 'nxdomain') return this.negative(kind, [])
    // An alias that leads out of the zone: its target is asked for next.
    if (!sameName(this.name, start)) return this.advance()
    // A referral: this resolver asks the servers that it was told, and no others.
    return authorities.length > 0 ? this.done(RCODES.SERVFAIL) : this.negative(kind, [])
  }

  /** Goes on to the target of an alias; false when that leads in a circle, or for too long. */
  private follow(aliases: readonly ResourceRecord[], target: string): boolean {
    this.answers.push(...aliases)
    this.visited.add(nameKey(this.name))
    this.name = target
    return !this.visited.has(nameKey(target)) && this.visited.size <= MAX_ALIASES
  }

  private noteAge({ ageSeconds }: CacheHit): void {
    if (this.ageSeconds !== null) this.ageSeconds = Math.max(this.ageSeconds, ageSeconds)
  }

  /** RFC 2308 section 2: NXDOMAIN speaks of the last name of the chain. */
  private negative(kind: 'nodata' | 'nxdomain', soa: readonly ResourceRecord[]): ResolutionStep {
    return this.done(kind === 'nxdomain' ? RCODES.NXDOMAIN : RCODES.NOERROR, soa)
  }

  private done(rcode: number, authorities: readonly ResourceRecord[] = []): ResolutionStep {
    const failed = rcode === RCODES.SERVFAIL
    const answers = failed ? [] : this.answers
    return { kind: 'done', answer: { rcode, answers, authorities, ageSeconds: failed ? null : this.ageSeconds } }
  }
}

function targetOf(records: readonly ResourceRecord[]): string | null {
  const data = records[0]?.data
  return data?.type === 'CNAME' ? data.target : null
}
