import type {
  LabState,
  LinkState,
  STEP_NEXTS,
  STEP_WHYS,
  StepStop,
  Trace,
  TraceHop,
  TraceSentence,
} from '../../contract/index.ts'
import type { Held } from '../../protocols/nic/messages.ts'

/**
 * What a person is told at a stop: why the packet is here, what happens when it goes on, and where it may go. The window
 * has the sentences: `step.why.<key>` and `step.next.<key>`.
 */

type StepKey = (typeof STEP_WHYS)[number] | (typeof STEP_NEXTS)[number]

export interface StopWords {
  readonly why: TraceSentence
  readonly next: TraceSentence
  readonly choices: readonly string[]
  readonly answers: readonly string[]
}

export interface StopFacts {
  readonly held: Held
  readonly from: string
  readonly to: string
  /** As far as the trace is known when the packet is held. */
  readonly trace: Trace | null
  readonly state: LabState
  /** Whether a web server would answer this path from a file of its release. */
  readonly isFile: boolean
  /** How a load balancer chooses, in HAProxy's word. */
  readonly algorithmOf: (balancer: string) => string
}

export function stopWords(facts: StopFacts): StopWords {
  return { why: whyOf(facts), next: nextOf(facts), choices: choicesOf(facts), answers: answersOf(facts) }
}

/** The service at the other end of a held connection: the one on the calling host that has a link to the called service. */
export function callerOf(held: Held, state: LabState): { readonly caller: string; readonly link: LinkState | null } {
  const client = held.direction === 'in' ? held.from : held.to
  const candidates =
    client.host === null ? ['client'] : state.services.filter(({ host }) => host === client.host).map(({ id }) => id)
  const link = state.links.find(({ from, to }) => to === held.service && candidates.includes(from)) ?? null
  return { caller: link?.from ?? client.host ?? 'client', link }
}

/** `/guestbook` of `GET /guestbook HTTP/1.1`. */
export function targetOf(title: string): string {
  return title.split(' ')[1] ?? '/'
}

function roleOf(service: string, state: LabState): string | null {
  return state.services.find(({ id }) => id === service)?.role ?? null
}

function hopOf({ held, trace }: StopFacts): TraceHop | null {
  const hops = trace?.hops ?? []
  return (
    hops.findLast(({ packets }) => packets.includes(held.no)) ??
    hops.findLast(({ to, connectionNo }) => to === held.service && connectionNo === held.connection) ??
    null
  )
}

/** Steps of a trace that tell an answer with its time to live. */
const DNS_ANSWERS: ReadonlySet<string> = new Set(['dnsAnswered', 'dnsFromCache'])

function sentence(key: StepKey, params: TraceSentence['params']): TraceSentence {
  return { key, params }
}

function whyOf(facts: StopFacts): TraceSentence {
  const { held, from, to, state } = facts
  const hop = hopOf(facts)
  switch (held.message) {
    case 'query':
      return sentence('dnsQuery', { from, name: held.title, server: to })
    case 'answer': {
      const told = facts.trace?.steps.findLast(({ sentence: { key } }) => DNS_ANSWERS.has(key))?.sentence.params
      const address = hop?.answer.split(' ').slice(1).join(' ') ?? ''
      const key = roleOf(from, state) === 'resolver' ? 'resolverAnswer' : 'dnsAnswer'
      return sentence(key, { server: from, name: held.title, address, ttl: told?.['ttl'] ?? '' })
    }
    case 'response':
      return sentence(roleOf(held.service, state) === 'database' ? 'databaseAnswer' : 'response', {
        from,
        to,
        status: held.title.replace(/^HTTP\/1\.[01] /, ''),
      })
    case 'request':
      return whyRequest(facts, hop)
  }
}

function whyRequest({ held, from, to, state, algorithmOf }: StopFacts, hop: TraceHop | null): TraceSentence {
  const target = targetOf(held.title)
  if (roleOf(to, state) === 'database') return sentence('sql', { from, to, sql: hop?.sql.join('; ') ?? '' })
  if (roleOf(from, state) === 'load-balancer') {
    const servers = state.backends.filter(({ balancer }) => balancer === from)
    const backends = servers.map(({ service, state: health }) => `${service} ${health.toUpperCase()}`).join(', ')
    return sentence('balancerChose', { balancer: from, server: to, algorithm: algorithmOf(from), backends })
  }
  if (roleOf(to, state) === 'app-server') return sentence('proxied', { from, to, target })
  return sentence('request', { from, to, target, address: held.to.address, port: held.to.port })
}

function nextOf({ held, from, to, state, isFile, algorithmOf }: StopFacts): TraceSentence {
  const target = targetOf(held.title)
  if (held.message === 'query') {
    const asked = { server: to, name: held.title }
    if (roleOf(to, state) !== 'resolver') return sentence('dnsWillAnswer', asked)
    return sentence('resolverWillAnswer', { ...asked, servers: calledBy(to, state).join(', ') })
  }
  if (held.message === 'answer' && to !== 'client') return sentence('backTo', { to, from })
  if (held.message === 'answer') {
    const entry = entryOf(state)
    return sentence('connectTo', { address: entry?.address ?? '', port: entry?.port ?? '', service: entry?.id ?? '' })
  }
  if (held.message === 'response')
    return to === 'client' ? sentence('shown', { from }) : sentence('backTo', { to, from })
  switch (roleOf(to, state)) {
    case 'load-balancer':
      return sentence('balancerWillChoose', {
        balancer: to,
        algorithm: algorithmOf(to),
        candidates: candidatesOf(to, state).join(', '),
      })
    case 'web-server':
      return isFile
        ? sentence('webWillServe', { web: to, target })
        : sentence('webWillPass', { web: to, app: calledBy(to, state).join(', '), target })
    case 'app-server':
      return sentence('appWillRun', { app: to, target })
    case 'database':
      return sentence('databaseWillRun', { db: to, from })
    default:
      return sentence('backTo', { to: from, from: to })
  }
}

/** Everybody whom the process that has the packet next may talk to. */
function choicesOf({ held, from, to, state }: StopFacts): readonly string[] {
  const linked = state.links.filter((link) => link.from === to || link.to === to)
  const near = linked.flatMap((link) => [link.from, link.to]).filter((id) => id !== to)
  // A resolver's choice is between the name's answer and the way on.
  const entry = held.message === 'query' ? [entryOf(state)?.id ?? from] : []
  return [...new Set([...near, from, ...entry, ...(to === 'client' ? [to] : [])])]
}

function answersOf({ held, from, to, state, isFile }: StopFacts): readonly string[] {
  if (held.message === 'answer' && to !== 'client') return callersOf(to, state)
  if (held.message === 'answer') return [entryOf(state)?.id ?? 'client']
  if (held.message === 'response') return to === 'client' ? ['client'] : callersOf(to, state)
  switch (roleOf(to, state)) {
    case 'load-balancer':
      return candidatesOf(to, state)
    case 'web-server':
      return isFile ? [from] : calledBy(to, state)
    // Only the cache knows whether it has the answer, and only the code whether this page needs the database.
    case 'resolver':
    case 'app-server':
      return [...calledBy(to, state), from]
    default:
      return [from]
  }
}

function calledBy(service: string, state: LabState): readonly string[] {
  return state.links.filter(({ from }) => from === service).map(({ to }) => to)
}

/** Whom a service answers in turn, and for an application also the database that it may ask again. */
function callersOf(service: string, state: LabState): readonly string[] {
  const callers = state.links.filter(({ to }) => to === service).map(({ from }) => from)
  return roleOf(service, state) === 'app-server' ? [...callers, ...calledBy(service, state)] : callers
}

/** The servers that a balancer may choose: those that it thinks well of, or all where nothing is known. */
function candidatesOf(balancer: string, state: LabState): readonly string[] {
  const known = state.backends.filter((backend) => backend.balancer === balancer)
  const up = known.filter((backend) => backend.state === 'up').map(({ service }) => service)
  return up.length > 0 ? up : calledBy(balancer, state)
}

/** What the client calls after it has looked up the name. */
function entryOf(state: LabState): LabState['services'][number] | null {
  const link = state.links.find(({ from, protocol }) => from === 'client' && protocol === 'HTTP')
  return state.services.find(({ id }) => id === link?.to) ?? null
}

/** Whether this stop is the last of the page: its answer on the way to the client. */
export function isLastStop(stop: Pick<StepStop, 'message' | 'to'>): boolean {
  return stop.message === 'response' && stop.to === 'client'
}
