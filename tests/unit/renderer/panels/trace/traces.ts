import type { HopTiming, Trace, TraceHop } from '../../../../../services/contract/index.ts'

/** Traces made by hand, in nanoseconds that can be reckoned in the head. */

export const NO_TIMING: HopTiming = {
  openNs: null,
  requestNs: null,
  responseNs: null,
  waitNs: null,
  processNs: null,
  heldNs: 0,
  delayNs: 0,
}

export function aHop(part: Partial<TraceHop> = {}): TraceHop {
  return {
    request: 0,
    parent: null,
    from: 'client',
    to: 'lb-1',
    link: null,
    protocol: 'HTTP',
    startNs: 0,
    endNs: 100,
    connection: 'new',
    connectionNo: 1,
    requestLine: 'GET /',
    status: 200,
    answer: '200 OK',
    sql: [],
    attempt: 1,
    failed: null,
    certain: true,
    timing: NO_TIMING,
    holds: [],
    delays: [],
    note: { key: 'asked', params: { from: 'client', to: 'lb-1', method: 'GET', target: '/' } },
    packets: [],
    ...part,
  }
}

export function aTrace(hops: readonly TraceHop[], part: Partial<Trace> = {}): Trace {
  return {
    id: 1,
    traceId: '0'.repeat(32),
    url: 'http://www.foobar.com:8080/',
    status: 200,
    startNs: 0,
    endNs: 100,
    requests: [],
    hops,
    steps: hops.map(({ startNs, note }, hop) => ({ atNs: startNs, hop, sentence: note })),
    processes: [],
    packets: [],
    ...part,
  }
}
