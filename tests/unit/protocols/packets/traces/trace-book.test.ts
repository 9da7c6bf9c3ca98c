import { describe, expect, it } from 'vitest'
import type { Trace } from '../../../../../services/protocols/packets/traces/trace.ts'
import { TraceBook } from '../../../../../services/protocols/packets/traces/trace-book.ts'
import {
  dnsAnswer,
  dnsQuery,
  get,
  ok,
  post,
  Recording,
  rowsBody,
  sqlBody,
  TRACE_ID,
  traceparent,
  type RecordedConnection,
} from '../lab-records.ts'

const MS = 1_000_000

function traceOf(recording: Recording, book = new TraceBook()): Trace {
  recording.dissect(book)
  const trace = book.read(TRACE_ID)
  if (trace === null) throw new Error('there is no trace')
  return trace
}

/** Moves the clock: what happens next happens so much later. */
function wait(recording: Recording, ms: number): void {
  recording.nowNs += ms * MS
}

function route(trace: Trace): string[] {
  return trace.hops.map(({ from, to, requestLine, answer }) => `${from} > ${to}: ${requestLine} = ${answer}`)
}

function keys(trace: Trace): string[] {
  return trace.steps.map(({ sentence }) => sentence.key)
}

function open(recording: Recording, from: string, to: string): RecordedConnection {
  const connection = recording.open({ from, to })
  connection.handshake()
  return connection
}

/** The name, then client > lb-1 > web-1 > app-1 > db-1 and back. */
function recordGuestbook(recording: Recording): void {
  const dns = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
  dns.send(dnsQuery())
  wait(recording, 1)
  dns.answer(dnsAnswer())
  const head = get('/guestbook', traceparent())
  const client = open(recording, 'client', 'lb-1')
  client.send(head)
  wait(recording, 2)
  const web = open(recording, 'lb-1', 'web-1')
  web.send(head)
  wait(recording, 3)
  const app = open(recording, 'web-1', 'app-1')
  app.send(head)
  wait(recording, 5)
  const database = open(recording, 'app-1', 'db-1')
  database.send(post('/v3/pipeline', sqlBody('SELECT * FROM entries'), traceparent()))
  wait(recording, 7)
  database.answer(ok(rowsBody(2)))
  wait(recording, 5)
  for (const hop of [app, web, client]) hop.answer(ok('page', 'X-Served-By: app-1\r\n'))
}

describe('the trace of a request', () => {
  const recording = new Recording()
  recordGuestbook(recording)
  const trace = traceOf(recording)

  it('has every hop in order, from the name to the database', () => {
    expect(route(trace)).toEqual([
      'client > dns-1: A www.foobar.com = NOERROR 127.10.0.10',
      'client > lb-1: GET /guestbook = 200 OK',
      'lb-1 > web-1: GET /guestbook = 200 OK',
      'web-1 > app-1: GET /guestbook = 200 OK',
      'app-1 > db-1: POST /v3/pipeline = 200 OK',
    ])
    expect(trace.hops.map(({ parent }) => parent)).toEqual([null, null, 1, 2, 3])
    expect(trace.hops.map(({ protocol }) => protocol)).toEqual(['DNS', 'HTTP', 'HTTP', 'HTTP', 'Hrana'])
    expect(trace.hops.map(({ connection }) => connection)).toEqual([null, 'new', 'new', 'new', 'new'])
    expect(trace.hops.every(({ failed, attempt, certain }) => failed === null && attempt === 1 && certain)).toBe(true)
  })

  it('says what was asked and answered', () => {
    expect(trace).toMatchObject({ id: 1, traceId: TRACE_ID, url: 'http://www.foobar.com:8080/guestbook', status: 200 })
    expect(trace.requests).toHaveLength(1)
    expect(trace.hops[4]?.sql).toEqual(['SELECT * FROM entries'])
    expect(trace.endNs).toBe(recording.records.at(-1)?.timeNs)
  })

  it('tells it in sentences', () => {
    expect(keys(trace)).toEqual([
      'dnsAsked',
      'dnsAnswered',
      'connected',
      'balancerAsked',
      'connected',
      'balancerPassedOn',
      'connected',
      'appAsked',
      'connected',
      'databaseAsked',
      'databaseAnswered',
      'appAnswered',
      'answerPassedOn',
      'answerPassedOn',
    ])
    expect(trace.steps[7]?.sentence.params).toEqual({ from: 'web-1', to: 'app-1', target: '/guestbook' })
    expect(trace.steps[12]?.sentence.params).toEqual({ from: 'lb-1', to: 'web-1', source: 'app-1', status: '200 OK' })
  })

  it("keeps each process's own time apart from that of those it waits for", () => {
    const ms = trace.hops.map(({ timing }) => Math.round((timing.processNs ?? -MS) / MS))
    // dns 1; lb 2 before it went on; web 3; app 5 before and 5 after the database; database 7.
    expect(ms).toEqual([1, 2, 3, 10, 7])
    expect(trace.hops[1]?.timing.waitNs).toBeGreaterThan(22 * MS)
    expect(trace.processes.map(({ service }) => service)).toEqual(['dns-1', 'lb-1', 'web-1', 'app-1', 'db-1'])
  })

  it('holds every packet that belongs to it, handshakes and name included, and no other', () => {
    expect(trace.packets).toEqual(recording.records.map(({ no }) => no))
    const summaries = recording.dissect(new TraceBook())
    expect(summaries.every((summary) => summary.trace === 1)).toBe(true)
  })
})

describe('background traffic', () => {
  it('does not enter a trace, on the same connections or on others', () => {
    const recording = new Recording()
    const shared = open(recording, 'client', 'lb-1')
    shared.send(get('/before'))
    shared.answer(ok('x'))
    shared.send(get('/mine', traceparent()))
    const other = open(recording, 'client', 'lb-1')
    other.send(get('/other', traceparent('ffffffffffffffffffffffffffffffff')))
    const web = open(recording, 'lb-1', 'web-1')
    web.send(get('/mine', traceparent()))
    const health = open(recording, 'lb-1', 'web-1')
    health.send(get('/healthz'))
    health.answer(ok('up'))
    web.answer(ok('mine', 'X-Served-By: web-1\r\n'))
    other.answer(ok('other'))
    shared.answer(ok('mine'))
    shared.send(get('/after'))
    const book = new TraceBook()
    const trace = traceOf(recording, book)
    expect(route(trace)).toEqual(['client > lb-1: GET /mine = 200 OK', 'lb-1 > web-1: GET /mine = 200 OK'])
    expect(trace.hops[0]?.connection).toBe('reused')
    expect(keys(trace)).toEqual([
      'connectionReused',
      'balancerAsked',
      'connected',
      'balancerPassedOn',
      'fileAnswered',
      'answerPassedOn',
    ])
    expect(book.ids).toEqual([1, 2])
  })

  it('can be left out altogether', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/a', traceparent('ffffffffffffffffffffffffffffffff')))
    client.answer(ok('a'))
    client.send(get('/b', traceparent()))
    const book = new TraceBook({ wanted: (traceId) => traceId === TRACE_ID })
    const summaries = recording.dissect(book)
    expect(book.ids).toEqual([1])
    expect(summaries.map((summary) => summary.trace)).toEqual([null, null, null, 1])
  })
})

describe('failed attempts', () => {
  it('a reset is the first attempt, the other server the second', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/', traceparent()))
    const first = open(recording, 'lb-1', 'web-1')
    first.send(get('/', traceparent()))
    first.mark('reset', 'out')
    const second = open(recording, 'lb-1', 'web-2')
    second.send(get('/', traceparent()))
    second.answer(ok('x', 'X-Served-By: web-2\r\n'))
    client.answer(ok('x'))
    const trace = traceOf(recording)
    expect(trace.hops.map(({ to, attempt, failed }) => [to, attempt, failed])).toEqual([
      ['lb-1', 1, null],
      ['web-1', 1, 'reset'],
      ['web-2', 2, null],
    ])
    expect(keys(trace)).toContain('reset')
    expect(trace.steps.find(({ sentence }) => sentence.key === 'balancerRetried')?.sentence.params).toMatchObject({
      to: 'web-2',
      attempt: 2,
    })
  })

  it('an answer that the balancer does not pass on is a failed attempt, the same answer without another is not', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/', traceparent()))
    const web = open(recording, 'lb-1', 'web-1')
    web.send(get('/', traceparent()))
    web.answer(ok('no', '', '502 Bad Gateway'))
    expect(traceOf(recording).hops[1]?.failed).toBeNull()
    const second = open(recording, 'lb-1', 'web-2')
    second.send(get('/', traceparent()))
    const trace = traceOf(recording)
    expect(trace.hops.map(({ attempt, failed }) => [attempt, failed])).toEqual([
      [1, null],
      [1, 'status'],
      [2, null],
    ])
    expect(keys(trace)).toContain('statusFailed')
    expect(trace.endNs).toBeNull()
  })

  it('a refused connection carries no id: it is taken in as likely, when the balancer then turned to another server', () => {
    const recording = new Recording()
    const early = recording.open({ from: 'lb-1', to: 'web-1' })
    early.mark('refused', 'out')
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/', traceparent()))
    recording.open({ from: 'lb-1', to: 'web-1' }).mark('refused', 'out')
    const web = open(recording, 'lb-1', 'web-2')
    web.send(get('/', traceparent()))
    recording.open({ from: 'lb-1', to: 'web-1' }).mark('refused', 'out')
    web.answer(ok('x', 'X-Served-By: web-2\r\n'))
    client.answer(ok('x'))
    const trace = traceOf(recording)
    expect(
      trace.hops.map(({ to, attempt, failed, certain, parent }) => [to, attempt, failed, certain, parent]),
    ).toEqual([
      ['lb-1', 1, null, true, null],
      ['web-1', 1, 'refused', false, 0],
      ['web-2', 2, null, true, 0],
    ])
    expect(trace.packets).toHaveLength(recording.records.length - 2)
  })

  it('tells a close before the answer, and what is under way', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/', traceparent()))
    expect(traceOf(recording)).toMatchObject({ status: null, endNs: null })
    client.mark('close', 'out')
    const trace = traceOf(recording)
    expect(trace.hops[0]).toMatchObject({ failed: 'closed', status: null })
    expect(trace.endNs).not.toBeNull()
  })
})

describe('a page and what belongs to it', () => {
  it('is one trace with several requests, each with its own hops', () => {
    const recording = new Recording()
    const page = open(recording, 'client', 'lb-1')
    const web = open(recording, 'lb-1', 'web-1')
    const spans = ['1111111111111111', '2222222222222222']
    ;['/', '/style.css'].forEach((path, index) => {
      const head = get(path, traceparent(TRACE_ID, spans[index]))
      page.send(head)
      web.send(head)
      web.answer(ok('x', 'X-Served-By: web-1\r\n'))
      page.answer(ok('x'))
    })
    const trace = traceOf(recording)
    expect(trace.requests.map(({ url }) => url)).toEqual([
      'http://www.foobar.com:8080/',
      'http://www.foobar.com:8080/style.css',
    ])
    expect(trace.hops.map(({ request, parent, attempt }) => [request, parent, attempt])).toEqual([
      [0, null, 1],
      [0, 0, 1],
      [1, null, 1],
      [1, 2, 1],
    ])
  })

  it('does not take two calls of the database for attempts', () => {
    const recording = new Recording()
    const app = open(recording, 'web-1', 'app-1')
    app.send(get('/', traceparent()))
    const database = open(recording, 'app-1', 'db-1')
    for (let call = 0; call < 2; call += 1) {
      database.send(post('/v3/pipeline', sqlBody('SELECT 1'), traceparent()))
      database.answer(ok(rowsBody(1), '', '500 Internal Server Error'))
    }
    expect(traceOf(recording).hops.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
  })
})

describe('the name', () => {
  it('is that of the last question for it, with its repetition over TCP; each belongs to one trace', () => {
    const recording = new Recording()
    const old = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    old.send(dnsQuery(1))
    old.answer(dnsAnswer(1))
    const udp = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    udp.send(dnsQuery(2))
    udp.answer(dnsAnswer(2, { truncated: true, answers: [] }))
    const tcp = open(recording, 'client', 'dns-1')
    tcp.send(Buffer.concat([Buffer.from([0, dnsQuery(2).length]), dnsQuery(2)]))
    tcp.answer(Buffer.concat([Buffer.from([0, dnsAnswer(2).length]), dnsAnswer(2)]))
    const client = open(recording, 'client', 'lb-1')
    client.send(get('/', traceparent()))
    const trace = traceOf(recording)
    expect(trace.hops.map(({ protocol, connection, packets }) => [protocol, connection, packets])).toEqual([
      ['DNS', null, [3, 4]],
      ['DNS', 'new', [6, 7]],
      ['HTTP', 'new', [8, 9]],
    ])
    expect(keys(trace).slice(0, 4)).toEqual(['dnsAsked', 'dnsTruncated', 'dnsAsked', 'dnsAnswered'])
  })

  it('can be announced by its port, and is a trace even when nothing follows', () => {
    const recording = new Recording()
    const dns = recording.open({ from: 'client', to: 'dns-1', transport: 'udp', port: 45_678 })
    dns.send(dnsQuery())
    dns.answer(dnsAnswer(7, { answers: [], rcode: 3 }))
    const book = new TraceBook()
    book.expectDns(TRACE_ID, '127.10.0.2', 45_678)
    const trace = traceOf(recording, book)
    expect(trace).toMatchObject({ url: null, status: null, packets: [1, 2] })
    expect(trace.steps.at(-1)?.sentence).toEqual({
      key: 'dnsEmpty',
      params: { from: 'client', to: 'dns-1', name: 'www.foobar.com', rcode: 'NXDOMAIN' },
    })
  })
})

describe('holds', () => {
  it('are told apart from the time of processes', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    const request = client.send(get('/', traceparent()))
    wait(recording, 30)
    const web = open(recording, 'lb-1', 'web-1')
    web.send(get('/', traceparent()))
    const answer = web.answer(ok('x'))
    wait(recording, 20)
    client.answer(ok('x'))
    const book = new TraceBook()
    recording.dissect(book)
    book.noteHold(TRACE_ID, request.no, request.timeNs, null)
    expect(book.read(1)?.endNs).toBeNull()
    book.noteHold(TRACE_ID, request.no, request.timeNs, request.timeNs + 28 * MS)
    book.noteHold(TRACE_ID, answer.no, answer.timeNs, answer.timeNs + 15 * MS)
    const trace = book.read(1)
    expect(trace?.hops.map(({ timing }) => Math.round(timing.heldNs / MS))).toEqual([28, 15])
    expect(Math.round((trace?.hops[0]?.timing.processNs ?? 0) / MS)).toBe(30 - 28 + (20 - 15))
    expect(trace?.endNs).toBe(recording.records.at(-1)?.timeNs)
    expect(trace && keys(trace).filter((key) => key === 'held' || key === 'released')).toHaveLength(4)
  })

  it('come with records that were read later', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    const request = client.send(get('/', traceparent()))
    recording.records[1] = { ...request, heldNs: 5 * MS }
    expect(traceOf(recording).hops[0]?.holds).toEqual([
      { no: 2, fromNs: request.timeNs, toNs: request.timeNs + 5 * MS },
    ])
  })
})

describe('delays by faults', () => {
  it('are time on the network, and no time of the process that waited', () => {
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    const request = client.send(get('/', traceparent()))
    recording.records[1] = { ...request, delayedNs: 70 * MS, fault: 'delayed' }
    recording.nowNs += 75 * MS
    const answer = client.answer(ok('x'))
    recording.records[2] = { ...answer, delayedNs: 70 * MS, fault: 'delayed' }
    const [hop] = traceOf(recording).hops
    expect(hop?.delays).toEqual([
      { no: 2, fromNs: request.timeNs, toNs: request.timeNs + 70 * MS },
      { no: 3, fromNs: answer.timeNs, toNs: answer.timeNs + 70 * MS },
    ])
    expect(Math.round((hop?.timing.processNs ?? 0) / MS)).toBe(Math.round((answer.timeNs - request.timeNs) / MS) - 70)
    expect(hop?.timing.delayNs).toBe(140 * MS)
    // The visitor has it when it has arrived.
    expect(traceOf(recording).endNs).toBe(answer.timeNs + 70 * MS)
  })
})

describe('the book', () => {
  it('keeps the last traces and tells of each change', () => {
    const changed: number[] = []
    const book = new TraceBook({ keep: 2, changed: (id) => changed.push(id) })
    const recording = new Recording()
    const client = open(recording, 'client', 'lb-1')
    for (let index = 1; index <= 3; index += 1) {
      client.send(get('/', traceparent(String(index).repeat(32))))
      client.answer(ok('x'))
    }
    recording.dissect(book)
    expect(book.ids).toEqual([2, 3])
    expect(book.read(1)).toBeNull()
    expect(changed).toEqual([1, 1, 2, 2, 3, 3])
    book.clear()
    expect(book.ids).toEqual([])
  })
})
