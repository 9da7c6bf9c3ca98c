import type { Exchange, HttpExchange } from '../exchange.ts'
import { splitAbsoluteTarget } from '../../http1/head.ts'
import type { PacketSummary } from '../summary.ts'
import { draftExchange, httpOf, type HopDraft } from './hop-draft.ts'
import { hopTiming } from './hop-timing.ts'
import { addRefusals, relateHops } from './relate-hops.ts'
import { askSentence, tellHop } from './tell-hop.ts'
import type { Trace, TraceHop, TraceRequest, TraceStep } from './trace.ts'

/** Everything that is known of a trace before it is told. */
export interface TraceMaterial {
  readonly id: number
  readonly traceId: string
  readonly exchanges: readonly Exchange[]
  /** Refused connections of the same time, whoever they were for. */
  readonly refusals: readonly PacketSummary[]
}

/** Puts a trace together from what is known now; asked again later, it may know more. */
export function assembleTrace(material: TraceMaterial): Trace {
  const known = material.exchanges.map(draftExchange).sort((a, b) => a.startNs - b.startNs)
  relateHops(known)
  const drafts = addRefusals(known, material.refusals)
  const roots = drafts.filter((draft) => draft.parent === null && httpOf(draft) !== null)
  const hops = drafts.map((draft) => describeHop(draft, drafts, roots))
  const requests = roots.flatMap((root) => describeRequest(httpOf(root), root))
  const ends = drafts.map(({ goneNs }) => goneNs)
  return {
    id: material.id,
    traceId: material.traceId,
    url: requests[0]?.url ?? null,
    status: requests[0]?.status ?? null,
    startNs: Math.min(...drafts.map(({ startNs }) => startNs)),
    endNs: ends.reduce((last, end) => (last === null || end === null ? null : Math.max(last, end)), 0),
    requests,
    hops,
    steps: tellSteps(drafts),
    processes: processTimes(hops),
    packets: [...new Set(hops.flatMap(({ packets }) => packets))].sort((a, b) => a - b),
  }
}

function childrenOf(draft: HopDraft, drafts: readonly HopDraft[]): HopDraft[] {
  return drafts.filter(({ parent }) => parent === draft)
}

function describeHop(draft: HopDraft, drafts: readonly HopDraft[], roots: readonly HopDraft[]): TraceHop {
  const { flow, exchange, parent } = draft
  const http = httpOf(draft)
  const request = roots.indexOf(rootOf(draft))
  return {
    request: request === -1 ? null : request,
    parent: parent === null ? null : drafts.indexOf(parent),
    from: flow.opener,
    to: flow.acceptor,
    link: flow.link?.id ?? null,
    protocol: exchange?.kind === 'dns' ? 'DNS' : http?.hrana ? 'Hrana' : 'HTTP',
    startNs: draft.startNs,
    endNs: draft.endNs,
    connection: flow.transport === 'udp' ? null : http?.reused ? 'reused' : 'new',
    connectionNo: flow.connection,
    requestLine: requestLine(exchange),
    status: http?.status ?? null,
    answer: answerText(exchange),
    sql: http?.sql ?? [],
    attempt: draft.attempt,
    failed: draft.failed,
    certain: exchange !== null,
    timing: hopTiming(draft, childrenOf(draft, drafts)),
    holds: exchange?.holds ?? [],
    delays: exchange?.delays ?? [],
    note: askSentence(draft),
    packets: exchange?.packets ?? recordedOf(draft.refusal),
  }
}

/** A refusal that only the caller saw has no packet. */
function recordedOf(refusal: PacketSummary | null): readonly number[] {
  return refusal === null || refusal.no === 0 ? [] : [refusal.no]
}

function rootOf(draft: HopDraft): HopDraft {
  let root = draft
  while (root.parent !== null) root = root.parent
  return root
}

function requestLine(exchange: Exchange | null): string {
  if (exchange === null) return ''
  return exchange.kind === 'dns' ? `${exchange.type} ${exchange.name}` : `${exchange.method} ${exchange.target}`
}

function answerText(exchange: Exchange | null): string {
  if (exchange === null) return ''
  if (exchange.kind === 'dns') return [exchange.rcode ?? '', exchange.answers.join(', ')].join(' ').trim()
  return exchange.status === null ? '' : `${exchange.status} ${exchange.reason}`.trim()
}

function describeRequest(http: HttpExchange | null, root: HopDraft): TraceRequest[] {
  if (http === null) return []
  const { method, status } = http
  return [{ method, url: urlOf(http), status, startNs: root.startNs, endNs: root.goneNs }]
}

function urlOf(http: HttpExchange): string {
  if (splitAbsoluteTarget(http.target) !== null) return http.target
  const { address, port } = http.flow.server
  return `http://${http.hostField ?? `${address}:${port}`}${http.target}`
}

function tellSteps(drafts: readonly HopDraft[]): TraceStep[] {
  const steps = drafts.flatMap((draft, hop) =>
    tellHop(draft, childrenOf(draft, drafts)).map(({ atNs, sentence }) => ({ atNs, hop, sentence })),
  )
  // The order of hops decides between steps of one moment; `sort` keeps it.
  return steps.sort((a, b) => a.atNs - b.atNs)
}

function processTimes(hops: readonly TraceHop[]): Trace['processes'] {
  const times = new Map<string, number>()
  for (const { to, timing } of hops)
    if (timing.processNs !== null) times.set(to, (times.get(to) ?? 0) + timing.processNs)
  return [...times].map(([service, ns]) => ({ service, ns }))
}
