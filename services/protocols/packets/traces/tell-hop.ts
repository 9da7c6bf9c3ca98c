import type { DnsExchange, HttpExchange } from '../exchange.ts'
import { httpOf, type HopDraft } from './hop-draft.ts'
import type { Sentence, SentenceKey } from './sentences.ts'

/** What happened on a hop, in plain language: sentences with the moment at which they became true. */
export interface Told {
  readonly atNs: number
  readonly sentence: Sentence
}

/** The sentences of a hop, the asking one first; `children` are the hops that its process made. */
export function tellHop(draft: HopDraft, children: readonly HopDraft[]): Told[] {
  const { exchange } = draft
  if (exchange === null) return [tell(draft, draft.startNs, 'refused')]
  const told = exchange.kind === 'dns' ? tellDns(draft, exchange) : tellHttp(draft, exchange, children)
  return [...told, ...tellHolds(draft), ...tellFailure(draft)].sort((a, b) => a.atNs - b.atNs)
}

/** Why the sender sent it: the hop's note. */
export function askSentence(draft: HopDraft): Sentence {
  const { exchange } = draft
  if (exchange === null) return tell(draft, draft.startNs, 'refused').sentence
  if (exchange.kind === 'http') return tell(draft, 0, ...askedBy(draft, exchange)).sentence
  return tell(draft, 0, askedForName(draft), { name: exchange.name, type: exchange.type }).sentence
}

function askedForName({ flow }: HopDraft): SentenceKey {
  if (flow.acceptorRole === 'resolver') return 'resolverAsked'
  return flow.openerRole === 'resolver' ? 'resolverAsks' : 'dnsAsked'
}

function tell(draft: HopDraft, atNs: number, key: SentenceKey, params: Sentence['params'] = {}): Told {
  return { atNs, sentence: { key, params: { from: draft.flow.opener, to: draft.flow.acceptor, ...params } } }
}

function tellDns(draft: HopDraft, exchange: DnsExchange): Told[] {
  const asked = { atNs: exchange.startNs, sentence: askSentence(draft) }
  if (exchange.endNs === null) return [asked]
  const { name, answers, ageSeconds: age } = exchange
  if (exchange.truncated) return [asked, tell(draft, exchange.endNs, 'dnsTruncated')]
  if (answers.length === 0) {
    const empty = { name, rcode: exchange.rcode ?? '' }
    if (age === null) return [asked, tell(draft, exchange.endNs, 'dnsEmpty', empty)]
    return [asked, tell(draft, exchange.endNs, 'dnsEmptyFromCache', { ...empty, age })]
  }
  const params = { name, answers: answers.join(', '), ttl: exchange.ttlSeconds ?? 0 }
  if (age !== null) return [asked, tell(draft, exchange.endNs, 'dnsFromCache', { ...params, age })]
  return [asked, tell(draft, exchange.endNs, 'dnsAnswered', params)]
}

function tellHttp(draft: HopDraft, exchange: HttpExchange, children: readonly HopDraft[]): Told[] {
  const { address, port } = draft.flow.server
  const connection = exchange.reused
    ? tell(draft, exchange.startNs, 'connectionReused')
    : tell(draft, exchange.openedNs ?? exchange.startNs, 'connected', { address, port })
  const told = [connection, { atNs: exchange.startNs, sentence: askSentence(draft) }]
  if (exchange.status !== null && exchange.endNs !== null)
    told.push(tell(draft, exchange.endNs, ...answeredBy(draft, exchange, children)))
  return told
}

type Words = readonly [SentenceKey, Sentence['params']]

function askedBy(draft: HopDraft, exchange: HttpExchange): Words {
  const { openerRole, acceptorRole } = draft.flow
  const target = exchange.target
  if (draft.attempt > 1 && openerRole === 'load-balancer')
    return ['balancerRetried', { target, attempt: draft.attempt }]
  if (openerRole === 'load-balancer') return ['balancerPassedOn', { target }]
  if (exchange.hrana && exchange.sql.length > 0) return ['databaseAsked', { sql: exchange.sql.join('; ') }]
  if (exchange.hrana) return ['databaseCalled', {}]
  if (openerRole === 'web-server' && acceptorRole === 'app-server') return ['appAsked', { target }]
  if (openerRole === 'client' && acceptorRole === 'load-balancer') return ['balancerAsked', { target }]
  if (openerRole === 'client' && acceptorRole === 'web-server') return ['webAsked', { target }]
  return ['asked', { method: exchange.method, target }]
}

function answeredBy(draft: HopDraft, exchange: HttpExchange, children: readonly HopDraft[]): Words {
  const { acceptorRole } = draft.flow
  const status = `${exchange.status ?? ''} ${exchange.reason}`.trim()
  if (draft.failed === 'status') return ['statusFailed', { status }]
  if (exchange.outcome !== null) {
    const { rows, affected, error } = exchange.outcome
    return error === null ? ['databaseAnswered', { rows, changed: affected }] : ['databaseFailed', { error }]
  }
  const source = children.findLast((child) => child.failed === null && httpOf(child)?.hrana === false)
  if (source !== undefined) return ['answerPassedOn', { status, source: source.flow.acceptor }]
  const ownFile = acceptorRole === 'web-server' && exchange.servedBy === draft.flow.acceptor
  if (ownFile && (exchange.status ?? 500) < 400) return ['fileAnswered', { status, target: exchange.target }]
  return [acceptorRole === 'app-server' ? 'appAnswered' : 'answered', { status }]
}

function tellHolds(draft: HopDraft): Told[] {
  const host = draft.flow.host
  return (draft.exchange?.holds ?? []).flatMap(({ fromNs, toNs }) => {
    const held = tell(draft, fromNs, 'held', { host })
    return toNs === null ? [held] : [held, tell(draft, toNs, 'released', { host })]
  })
}

function tellFailure(draft: HopDraft): Told[] {
  const { failed, exchange } = draft
  if (failed === null || failed === 'status') return []
  return [tell(draft, exchange?.failureNs ?? draft.startNs, failed)]
}
