import { LabError } from '../../../../services/contract/errors.ts'
import type {
  HopTiming,
  RequestResult,
  Trace,
  TraceHop,
  TraceSentence,
  TraceStep,
  TraceSummary,
} from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

/** Nanoseconds in a microsecond. */
const US = 1000

/** Every so many traces one shows an attempt that failed, so that it can be looked at. */
const FAILING_EVERY = 3

/** The traces of the fake lab: made up from where a request went, in the shape and the proportions of real ones. */
export class FakeTraces {
  readonly #lab: FakeLab
  readonly #traces = new Map<number, Trace>()

  constructor(lab: FakeLab) {
    this.#lab = lab
  }

  read(id: number): Trace {
    const found = this.#traces.get(id)
    if (found) return found
    throw new LabError('TRACE_UNKNOWN', { trace: id, known: [...this.#traces.keys()].join(', ') })
  }

  /** Makes the whole trace of a request that was answered. */
  note(result: RequestResult, stepped: boolean): void {
    const id = this.#traces.size + 1
    const trace = drawTrace(id, result, linkFinder(this.#lab), id % FAILING_EVERY === 0)
    this.#traces.set(id, trace)
    this.#lab.emit({ type: 'traceChanged', trace: summaryOf(trace, stepped) })
  }
}

type LinkOf = (from: string, to: string) => string | null

function linkFinder(lab: FakeLab): LinkOf {
  return (from, to) => lab.state.links.find((link) => link.from === from && link.to === to)?.id ?? null
}

function summaryOf(trace: Trace, stepped: boolean): TraceSummary {
  return {
    id: trace.id,
    traceId: trace.traceId,
    atMs: Date.now(),
    url: trace.url,
    status: trace.status,
    totalMs: trace.endNs === null ? null : (trace.endNs - trace.startNs) / 1e6,
    hops: trace.hops.length,
    failed: trace.hops.some(({ failed }) => failed !== null),
    stepped,
  }
}

const NO_TIMING: HopTiming = {
  openNs: null,
  requestNs: null,
  responseNs: null,
  waitNs: null,
  processNs: null,
  heldNs: 0,
  delayNs: 0,
}

function hop(part: Partial<TraceHop> & Pick<TraceHop, 'from' | 'to' | 'note' | 'startNs' | 'endNs'>): TraceHop {
  return {
    request: 0,
    parent: null,
    link: null,
    protocol: 'HTTP',
    connection: 'reused',
    connectionNo: 1,
    requestLine: 'GET /',
    status: null,
    answer: '',
    sql: [],
    attempt: 1,
    failed: null,
    certain: true,
    timing: NO_TIMING,
    holds: [],
    delays: [],
    packets: [],
    ...part,
  }
}

function say(key: string, params: TraceSentence['params']): TraceSentence {
  return { key, params }
}

const TAKES_US: readonly number[] = [9200, 7600, 6100, 900]

function drawTrace(id: number, result: RequestResult, linkOf: LinkOf, failing: boolean): Trace {
  const hops: TraceHop[] = []
  const target = URL.parse(result.url)?.pathname ?? '/'
  const path = ['client', ...result.via]
  hops.push(lookUp(linkOf))
  let at = 2400 * US
  path.slice(1).forEach((to, index) => {
    const from = path[index] ?? ''
    if (failing && from === 'lb-1') hops.push(refusal(from, to === 'web-1' ? 'web-2' : 'web-1', at - 300 * US, linkOf))
    hops.push(pass(hops, from, to, at, target, result, index, linkOf, failing && from === 'lb-1'))
    at += 700 * US
  })
  for (const asset of result.assets) {
    const chain = ['client', ...asset.via]
    let begin = at + 12_000 * US
    const root = hops.length
    chain.slice(1).forEach((to, index) => {
      const from = chain[index] ?? ''
      hops.push({
        ...pass(hops, from, to, begin, asset.path, result, index + 2, linkOf, false),
        parent: index === 0 ? null : root + index - 1,
        request: 1 + result.assets.indexOf(asset),
      })
      begin += 400 * US
    })
  }
  const endNs = Math.max(...hops.map((one) => one.endNs ?? 0))
  return {
    id,
    traceId: result.traceparent.split('-')[1] ?? '',
    url: result.url,
    status: result.status,
    startNs: 0,
    endNs,
    requests: [{ method: 'GET', url: result.url, status: result.status, startNs: 2400 * US, endNs }],
    hops,
    steps: tell(hops),
    processes: hops.flatMap(({ to, timing }) =>
      timing.processNs === null ? [] : [{ service: to, ns: timing.processNs }],
    ),
    packets: [],
  }
}

function lookUp(linkOf: LinkOf): TraceHop {
  const params = { from: 'client', to: 'dns-1', type: 'A', name: 'www.foobar.com' }
  return hop({
    from: 'client',
    to: 'dns-1',
    request: null,
    link: linkOf('client', 'dns-1'),
    protocol: 'DNS',
    connection: null,
    startNs: 0,
    endNs: 1400 * US,
    requestLine: 'A www.foobar.com',
    answer: 'NOERROR 127.10.0.10',
    timing: { ...NO_TIMING, requestNs: 0, responseNs: 0, waitNs: 1400 * US, processNs: 1400 * US },
    note: say('dnsAsked', params),
  })
}

function refusal(from: string, to: string, startNs: number, linkOf: LinkOf): TraceHop {
  return hop({
    from,
    to,
    parent: 1,
    link: linkOf(from, to),
    startNs,
    endNs: startNs,
    requestLine: '',
    connection: 'new',
    failed: 'refused',
    certain: false,
    note: say('refused', { from, to }),
  })
}

function pass(
  hops: readonly TraceHop[],
  from: string,
  to: string,
  startNs: number,
  target: string,
  result: RequestResult,
  depth: number,
  linkOf: LinkOf,
  again: boolean,
): TraceHop {
  const takesNs = (TAKES_US[depth] ?? 900) * US
  const isDatabase = to.startsWith('db')
  const parent = hops.findLastIndex((other) => other.to === from && other.failed === null)
  const keys: Readonly<Record<string, string>> = { lb: 'balancerAsked', web: 'balancerPassedOn', app: 'appAsked' }
  const key = again ? 'balancerRetried' : isDatabase ? 'databaseAsked' : (keys[to.split('-')[0] ?? ''] ?? 'asked')
  const sql = isDatabase ? ['SELECT name, text FROM entries ORDER BY id DESC LIMIT 20'] : []
  return hop({
    from,
    to,
    parent: parent < 0 ? null : parent,
    link: linkOf(from, to),
    protocol: isDatabase ? 'Hrana' : 'HTTP',
    startNs,
    endNs: startNs + takesNs,
    connection: from === 'client' ? 'new' : 'reused',
    requestLine: isDatabase ? 'POST /v2/pipeline' : `GET ${target}`,
    status: isDatabase ? 200 : result.status,
    answer: `${isDatabase ? 200 : result.status} OK`,
    sql,
    attempt: again ? 2 : 1,
    timing: {
      openNs: from === 'client' ? 200 * US : null,
      requestNs: 80 * US,
      responseNs: 220 * US,
      waitNs: takesNs - 300 * US,
      processNs: 600 * US,
      heldNs: 0,
      delayNs: 0,
    },
    note: say(key, { from, to, target, attempt: 2, sql: sql.join('; '), method: 'GET' }),
  })
}

function tell(hops: readonly TraceHop[]): TraceStep[] {
  const steps = hops.flatMap((one, index): TraceStep[] => {
    const asked = { atNs: one.startNs, hop: index, sentence: one.note }
    if (one.failed !== null || one.endNs === null) return [asked]
    const params = { from: one.from, to: one.to, status: one.answer, answers: '127.10.0.10', name: 'www.foobar.com' }
    const answered = say(one.protocol === 'DNS' ? 'dnsAnswered' : 'answered', { ...params, ttl: 60 })
    return [asked, { atNs: one.endNs, hop: index, sentence: answered }]
  })
  return steps.toSorted((a, b) => a.atNs - b.atNs)
}
