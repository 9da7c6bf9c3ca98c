import type {
  PacketPage,
  PacketRow,
  StepState,
  StepStop,
  Trace,
  TraceHop,
  TraceSummary,
} from '../services/contract/index.ts'
import { NO_RECORDING } from '../services/contract/index.ts'

/** What a lab's network would answer, for tests without one. The trace id is that of `fakeRequest`. */

export const FAKE_TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const URL = 'http://www.foobar.com:8080/'

export function fakeHop(from: string, to: string, patch: Partial<TraceHop> = {}): TraceHop {
  return {
    request: 0,
    parent: null,
    from,
    to,
    link: `${from}>${to}`,
    protocol: 'HTTP',
    startNs: 1_000_000,
    endNs: 4_000_000,
    connection: 'new',
    connectionNo: 1,
    requestLine: 'GET /',
    status: 200,
    answer: '200 OK',
    sql: [],
    attempt: 1,
    failed: null,
    certain: true,
    timing: {
      openNs: 100_000,
      requestNs: 200_000,
      responseNs: 300_000,
      waitNs: 2_400_000,
      processNs: 2_400_000,
      heldNs: 0,
      delayNs: 0,
    },
    holds: [],
    delays: [],
    note: { key: 'balancerAsked', params: { from, to, target: '/' } },
    packets: [1, 2],
    ...patch,
  }
}

export function fakeTrace(patch: Partial<Trace> = {}): Trace {
  return {
    id: 1,
    traceId: FAKE_TRACE_ID,
    url: URL,
    status: 200,
    startNs: 1_000_000,
    endNs: 4_000_000,
    requests: [{ method: 'GET', url: URL, status: 200, startNs: 1_000_000, endNs: 4_000_000 }],
    hops: [fakeHop('client', 'lb-1')],
    steps: [
      {
        atNs: 1_500_000,
        hop: 0,
        sentence: { key: 'answered', params: { from: 'client', to: 'lb-1', status: '200 OK' } },
      },
    ],
    processes: [{ service: 'lb-1', ns: 2_400_000 }],
    packets: [1, 2],
    ...patch,
  }
}

export function fakeTraceSummary(patch: Partial<TraceSummary> = {}): TraceSummary {
  return {
    id: 1,
    traceId: FAKE_TRACE_ID,
    atMs: 1,
    url: URL,
    status: 200,
    totalMs: 3,
    hops: 1,
    failed: false,
    stepped: false,
    ...patch,
  }
}

export function fakeRow(no: number, patch: Partial<PacketRow> = {}): PacketRow {
  return {
    no,
    timeNs: no * 1_000_000,
    host: 'balancer-1',
    link: 'client>lb-1',
    from: 'client',
    to: 'lb-1',
    source: { address: '127.10.0.2', port: 40_000 },
    destination: { address: '127.10.0.10', port: 8080 },
    connection: 1,
    protocol: 'HTTP',
    kind: 'segment',
    length: 78,
    info: 'GET /',
    trace: null,
    ...patch,
  }
}

/** A page of these rows, which stand from position `from` on; `endIndex` is where they end unless it is said. */
export function fakePage(rows: readonly PacketRow[], from = 0, patch: Partial<PacketPage> = {}): PacketPage {
  return { error: null, firstIndex: 0, endIndex: from + rows.length, from, rows, recording: NO_RECORDING, ...patch }
}

export function fakeStop(no: number, patch: Partial<StepStop> = {}): StepStop {
  return {
    no,
    host: 'balancer-1',
    service: 'lb-1',
    link: 'client>lb-1',
    direction: 'in',
    message: 'request',
    title: 'GET / HTTP/1.1',
    from: 'client',
    to: 'lb-1',
    packet: 0,
    sinceMs: 1,
    ended: null,
    why: { key: 'request', params: { from: 'client', to: 'lb-1', target: '/', address: '127.10.0.10', port: 8080 } },
    next: {
      key: 'balancerWillChoose',
      params: { balancer: 'lb-1', algorithm: 'roundrobin', candidates: 'web-1, web-2' },
    },
    choices: [],
    answers: [],
    ...patch,
  }
}

export function fakeStep(patch: Partial<StepState> = {}): StepState {
  return {
    traceId: FAKE_TRACE_ID,
    trace: 1,
    url: URL,
    phase: 'moving',
    startedAtMs: 1,
    stops: [],
    paceMs: null,
    status: null,
    failure: null,
    ...patch,
  }
}
