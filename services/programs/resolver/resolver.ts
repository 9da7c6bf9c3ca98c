import {
  describeRecords,
  encodeAnswer,
  questionText,
  rcodeName,
  recentAnswer,
  readClientQuery,
  Resolution,
  type ClientQuery,
  type LabNote,
  type Message,
  type Question,
  type RecentAnswer,
  type ResolvedAnswer,
  type ResolverCache,
} from '../../protocols/dns/index.ts'
import type { IncomingQuery, QueryAnswerer } from '../kit/dns/answerer.ts'
import type { Log } from '../kit/log.ts'
import type { Upstream } from './upstream.ts'

/** More questions at a time than a classroom asks; beyond it the next one is told SERVFAIL. */
const MAX_UNDER_WAY = 1024
/** Answers that are remembered to be shown. */
const RECENT_ANSWERS = 20

export interface ResolverFigures {
  /** Questions of clients, and how many of them the cache answered alone. */
  readonly queries: number
  readonly hits: number
  /** Questions to authoritative servers, repetitions included. */
  readonly upstreamQueries: number
  readonly failures: number
}

/** Answers clients from the cache, and asks authoritative servers for what it does not know. */
export class Resolver implements QueryAnswerer {
  private readonly cache: ResolverCache
  private readonly upstream: Upstream
  private readonly log: Log
  /** Clients that need the same at the same time share one question. */
  private readonly asking = new Map<string, Promise<Message | null>>()
  private readonly underWay = new Set<Promise<void>>()
  private recentAnswers: readonly RecentAnswer[] = []
  private queries = 0
  private hits = 0
  private failures = 0

  constructor(cache: ResolverCache, upstream: Upstream, log: Log) {
    this.cache = cache
    this.upstream = upstream
    this.log = log
  }

  get figures(): ResolverFigures {
    const { queries, hits, failures } = this
    return { queries, hits, upstreamQueries: this.upstream.queries, failures }
  }

  /** The last answers, oldest first. */
  get recent(): readonly RecentAnswer[] {
    return this.recentAnswers
  }

  answer(incoming: IncomingQuery, reply: (bytes: Buffer) => void): boolean {
    const read = readClientQuery(incoming.bytes, incoming.transport)
    if (read === null) return false
    this.queries += 1
    if (read.kind === 'refused') {
      reply(read.bytes)
      this.note(incoming, read.question, rcodeName(read.rcode), 'error')
      return true
    }
    const { query } = read
    const resolution = new Resolution(this.cache, query.question)
    if (resolution.step.kind === 'done') this.finish(incoming, query, resolution.step.answer, reply)
    else this.work(incoming, query, resolution, reply)
    return true
  }

  /** Resolves when no client waits any more. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay)
  }

  private work(
    incoming: IncomingQuery,
    query: ClientQuery,
    resolution: Resolution,
    reply: (bytes: Buffer) => void,
  ): void {
    const work = this.resolve(resolution, query.note).then((answer) => {
      this.underWay.delete(work)
      this.finish(incoming, query, answer, reply)
    })
    this.underWay.add(work)
  }

  private async resolve(resolution: Resolution, note: LabNote): Promise<ResolvedAnswer> {
    for (;;) {
      const { step } = resolution
      if (step.kind === 'done') return step.answer
      resolution.take(await this.ask(step.question, note))
    }
  }

  /** A traced question goes its own way: it may be held for long, and others must not wait for it. */
  private ask(question: Question, note: LabNote): Promise<Message | null> {
    if (this.underWay.size > MAX_UNDER_WAY) return Promise.resolve(null)
    if (note.traceId !== undefined) return this.upstream.ask(question, note)
    const key = `${question.type} ${question.name.toLowerCase()}`
    const known = this.asking.get(key)
    if (known !== undefined) return known
    const asked = this.upstream.ask(question, {}).finally(() => this.asking.delete(key))
    this.asking.set(key, asked)
    return asked
  }

  private finish(
    incoming: IncomingQuery,
    query: ClientQuery,
    answer: ResolvedAnswer,
    reply: (bytes: Buffer) => void,
  ): void {
    if (answer.ageSeconds !== null) this.hits += 1
    const rcode = rcodeName(answer.rcode)
    if (rcode === 'SERVFAIL') this.failures += 1
    this.recentAnswers = [...this.recentAnswers, recentAnswer(Date.now(), query.question, answer)].slice(
      -RECENT_ANSWERS,
    )
    reply(encodeAnswer(query, answer))
    const from = answer.ageSeconds === null ? '' : `, from the cache (${answer.ageSeconds} s old)`
    const level = rcode === 'SERVFAIL' ? 'error' : answer.answers.length > 0 ? 'good' : 'warning'
    this.note(incoming, query.question, `${rcode} ${describeRecords(answer)}${from}`, level)
  }

  private note(
    { peer, transport }: IncomingQuery,
    question: Question | null,
    outcome: string,
    level: 'good' | 'warning' | 'error',
  ): void {
    if (!this.log.writesRequests) return this.log.countRequest()
    const what = question === null ? 'unreadable query' : questionText(question)
    this.log.request({ what, peer, outcome: `${outcome.trim()} ${transport}`, level })
  }
}
