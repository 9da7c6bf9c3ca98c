import { describe, expect, it } from 'vitest'
import { packetRow } from '../../../../services/protocols/packets/summary.ts'
import { dnsAnswer, dnsQuery, get, ok, post, Recording, rowsBody, sqlBody } from './lab-records.ts'

/** What the list says of each packet. */
function infos(recording: Recording): string[] {
  return recording.dissect().map(({ protocol, info }) => `${protocol} ${info}`)
}

describe('a connection with HTTP', () => {
  it('is told from handshake to close', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/guestbook'))
    connection.answer(ok('hello'))
    connection.mark('close', 'in')
    connection.mark('close', 'out')
    expect(infos(recording)).toEqual([
      'TCP [SYN] [SYN, ACK] [ACK]',
      'HTTP GET /guestbook',
      'HTTP 200 OK text/html',
      'TCP [FIN, ACK]',
      'TCP [FIN, ACK]',
    ])
  })

  it('tells what a fault did to a packet', () => {
    const recording = new Recording()
    const silent = recording.open({ from: 'client', to: 'lb-1' })
    const late = recording.open({ from: 'client', to: 'lb-1' })
    const records = [
      { ...silent.handshake(), fault: 'kept' },
      late.handshake(),
      { ...late.send(get('/')), fault: 'delayed' },
      { ...late.mark('reset', 'out'), fault: 'reset' },
    ] as const
    recording.records.splice(0, records.length, ...records)
    expect(infos(recording)).toEqual([
      'TCP [fault: kept] [SYN]',
      'TCP [SYN] [SYN, ACK] [ACK]',
      'HTTP [fault: delayed] GET /',
      'TCP [fault: reset] [RST, ACK]',
    ])
  })

  it('gives rows with names, real addresses and the link', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'lb-1', to: 'web-2', port: 41_000 })
    connection.handshake()
    connection.send(get('/'))
    connection.answer(ok('x'))
    const [, request, response] = recording.dissect().map(packetRow)
    expect(request).toMatchObject({
      no: 2,
      host: 'server-2',
      link: 'lb-1>web-2',
      from: 'lb-1',
      to: 'web-2',
      source: { address: '127.10.0.10', port: 41_000 },
      destination: { address: '127.10.0.22', port: 8080 },
      protocol: 'HTTP',
      kind: 'segment',
      trace: null,
    })
    expect(response).toMatchObject({ from: 'web-2', to: 'lb-1', source: { port: 8080 }, destination: { port: 41_000 } })
  })

  it('tells web and application server of one host apart by the link', () => {
    const recording = new Recording()
    recording.open({ from: 'web-1', to: 'app-1' }).send(get('/'))
    recording.open({ from: 'app-1', to: 'db-1' }).send(get('/'))
    expect(recording.dissect().map(({ flow }) => `${flow.opener} ${flow.acceptor}`)).toEqual([
      'web-1 app-1',
      'app-1 db-1',
    ])
  })

  it('names a stranger by the address', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'web-1' })
    connection.send(get('/'))
    const [record] = recording.records
    if (record === undefined) throw new Error('nothing recorded')
    recording.records[0] = { ...record, client: { address: '127.0.0.1', port: 5555 } }
    expect(recording.dissect().map(packetRow)[0]).toMatchObject({ from: '127.0.0.1', link: null })
  })

  it('goes on with the same exchange over keep-alive, in order, also when requests are pipelined', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/one') + get('/two'))
    connection.answer(ok('1'))
    connection.answer(ok('2', '', '404 Not Found'))
    const summaries = recording.dissect()
    expect(summaries.map(({ info }) => info).slice(1)).toEqual([
      'GET /one · GET /two',
      '200 OK text/html',
      '404 Not Found text/html',
    ])
    const targets = summaries.map(({ exchange }) => (exchange?.kind === 'http' ? exchange.target : null))
    expect(targets).toEqual([null, '/one', '/one', '/two'])
  })

  it('follows heads and bodies over packets', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    const request = get('/long')
    connection.send(request.slice(0, 10))
    connection.send(request.slice(10))
    const response = ok('0123456789')
    connection.answer(response.slice(0, -6))
    connection.answer(response.slice(-6))
    expect(infos(recording)).toEqual(['HTTP GET /long …', 'HTTP … GET /long', 'HTTP 200 OK text/html', 'HTTP … 200 OK'])
    const parts = recording.dissect().map(({ parts }) => parts.map(({ kind, at, last }) => ({ kind, at, last })))
    expect(parts[2]?.[1]).toEqual({ kind: 'body', at: 0, last: false })
    expect(parts[3]).toEqual([{ kind: 'body', at: 4, last: true }])
  })

  it.each([1, 2, 3, 7, 50])('says the same of messages in pieces of %i bytes', (size) => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nEtag: a\r\n\r\n'
    for (const target of ['/a', '/b']) {
      for (const piece of pieces(get(target), size)) connection.send(piece)
      for (const piece of pieces(chunked, size)) connection.answer(piece)
    }
    const exchanges = new Set(recording.dissect().map(({ exchange }) => exchange))
    exchanges.delete(null)
    const found = [...exchanges].map((one) => (one?.kind === 'http' ? [one.target, one.status, one.reused] : null))
    expect(found).toEqual([
      ['/a', 200, false],
      ['/b', 200, true],
    ])
    expect([...exchanges].every((one) => one?.endNs !== null)).toBe(true)
  })

  it('knows that a response to HEAD, 204 and 304 have no body, and that 100 is no answer', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send('HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n')
    connection.answer('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n')
    connection.send(post('/form', 'a=1', 'Expect: 100-continue\r\n'))
    connection.answer('HTTP/1.1 100 Continue\r\n\r\n')
    connection.answer('HTTP/1.1 204 No Content\r\n\r\n')
    connection.send(get('/y'))
    connection.answer(ok('y'))
    expect(infos(recording)).toEqual([
      'HTTP HEAD /x',
      'HTTP 200 OK',
      'HTTP POST /form',
      'HTTP 100 Continue',
      'HTTP 204 No Content',
      'HTTP GET /y',
      'HTTP 200 OK text/html',
    ])
  })

  it('reads a body that ends with its connection', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send(get('/'))
    connection.answer('HTTP/1.1 200 OK\r\n\r\nabc')
    connection.answer('def')
    connection.mark('close', 'out')
    const [, , , close] = recording.dissect()
    expect(close?.exchange).toMatchObject({ failure: null, status: 200 })
    expect(close?.exchange?.endNs).toBe(close?.timeNs)
  })

  it('leaves HTTP after an upgrade', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send(get('/chat', 'Connection: upgrade\r\nUpgrade: websocket\r\n'))
    connection.answer('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi')
    connection.send('\x81\x82abcdhi')
    expect(infos(recording).slice(1)).toEqual(['HTTP 101 Switching Protocols', 'TCP 8 B'])
  })

  it('says what is wrong with bytes that are no HTTP, once', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send('GET / HTTP/1.1\nHost: a\n\n')
    connection.send('more')
    expect(infos(recording)).toEqual(['HTTP malformed: a line that ends in LF without CR · 24 B', 'TCP 4 B'])
  })

  it('says how an exchange was cut off', () => {
    const recording = new Recording()
    const first = recording.open({ from: 'client', to: 'lb-1' })
    first.send(get('/a'))
    first.mark('reset', 'out')
    const second = recording.open({ from: 'client', to: 'lb-1' })
    second.send(get('/b'))
    second.mark('close', 'out')
    const failures = recording.dissect().map(({ exchange }) => exchange?.failure)
    expect(failures).toEqual(['reset', 'reset', 'closed', 'closed'])
  })
})

describe('gaps', () => {
  it('do not matter inside of a body of known length', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send(get('/big'))
    connection.answer(ok('x'.repeat(2000)), 512)
    connection.send(get('/next'))
    connection.answer(ok('y'), 512)
    expect(infos(recording)).toEqual([
      'HTTP GET /big',
      'HTTP 200 OK text/html',
      'HTTP GET /next',
      'HTTP 200 OK text/html',
    ])
    expect(recording.dissect()[1]?.exchange?.endNs).not.toBeNull()
  })

  it('are got over at the next start line', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send(get('/a'))
    connection.answer(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' + '400\r\n' + 'z'.repeat(1024) + '\r\n',
      512,
    )
    connection.answer('0\r\n\r\n')
    connection.send(get('/b'))
    connection.answer(ok('b'))
    expect(infos(recording).slice(2)).toEqual(['TCP 5 B', 'HTTP GET /b', 'HTTP 200 OK text/html'])
    expect(recording.dissect()[4]?.exchange).toMatchObject({ target: '/b', status: 200 })
  })

  it('at the beginning: a recording that begins in the middle of a connection', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send('lost')
    connection.answer('lost')
    connection.answer('the end of a body')
    connection.send(get('/now'))
    connection.answer(ok('now'))
    recording.records.splice(0, 2)
    expect(infos(recording)).toEqual(['TCP 17 B', 'HTTP GET /now', 'HTTP 200 OK text/html'])
    expect(recording.dissect()[1]?.exchange).toMatchObject({ reused: true, status: 200 })
  })

  it('of a recording without payloads leave the lengths', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send(get('/a'), 0)
    connection.answer(ok('a'), 0)
    expect(recording.dissect().map(({ protocol, length }) => [protocol, length])).toEqual([
      ['TCP', get('/a').length],
      ['TCP', ok('a').length],
    ])
  })
})

describe('Hrana', () => {
  it('is told by its SQL and its rows', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'app-1', to: 'db-1' })
    connection.send(post('/v3/pipeline', sqlBody('SELECT *\n  FROM entries')))
    connection.answer(ok(rowsBody(3)))
    expect(infos(recording)).toEqual([
      'Hrana POST /v3/pipeline · SELECT * FROM entries',
      'Hrana 200 OK text/html · rows 3, changed 0',
    ])
  })

  it('is understood when head and body come apart', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'app-1', to: 'db-1' })
    const request = post('/v2/pipeline', sqlBody('DELETE FROM entries'))
    const head = request.indexOf('\r\n\r\n') + 4
    connection.send(request.slice(0, head))
    connection.send(request.slice(head))
    connection.answer(ok('{"baton":null,"results":[{"type":"error","error":{"message":"no such table"}}]}'))
    expect(infos(recording)).toEqual([
      'Hrana POST /v2/pipeline',
      'Hrana … DELETE FROM entries',
      'Hrana 200 OK text/html · no such table',
    ])
  })

  it('stays HTTP where the body is no pipeline', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'app-1', to: 'db-1' })
    connection.send(post('/v3/pipeline', '{"requests": 1}'))
    connection.send(get('/health'))
    expect(infos(recording)).toEqual(['Hrana POST /v3/pipeline', 'HTTP GET /health'])
  })
})

describe('DNS', () => {
  it('is told by question and answer', () => {
    const recording = new Recording()
    const flow = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    flow.send(dnsQuery())
    flow.answer(dnsAnswer())
    const nothing = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    nothing.send(dnsQuery(8))
    nothing.answer(dnsAnswer(8, { answers: [], rcode: 3 }))
    expect(infos(recording)).toEqual([
      'DNS A www.foobar.com',
      'DNS A www.foobar.com NOERROR 127.10.0.10 ttl 60',
      'DNS A www.foobar.com',
      'DNS A www.foobar.com NXDOMAIN',
    ])
    const [query, answer] = recording.dissect()
    expect(query?.exchange).toBe(answer?.exchange)
  })

  it('is read over TCP, however it is cut', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'dns-1' })
    const framed = Buffer.concat([Buffer.from([0, dnsQuery().length]), dnsQuery()])
    for (const byte of framed) connection.send(Buffer.from([byte]))
    connection.send(Buffer.concat([framed, framed]))
    const found = infos(recording)
    expect(found.at(-2)).toBe('DNS A www.foobar.com')
    expect(found.at(-1)).toBe('DNS A www.foobar.com · A www.foobar.com')
    expect(recording.dissect().at(-1)?.parts).toHaveLength(2)
  })

  it('says what is wrong with a datagram that is no message', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'dns-1', transport: 'udp' }).send('x')
    expect(infos(recording)[0]).toMatch(/^DNS malformed: the message ends/)
  })
})

describe('other traffic', () => {
  it('is told by its length; nobody listening by a refusal', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'unknown-1' }).send('show stat\n')
    recording.open({ from: 'lb-1', to: 'web-1' }).mark('refused', 'out')
    recording.open({ from: 'client', to: 'dns-1', transport: 'udp' }).mark('refused', 'out')
    expect(infos(recording)).toEqual(['TCP 10 B', 'TCP [SYN] [RST, ACK]', 'UDP ICMP port unreachable'])
  })

  it('that looks like HTTP is read as HTTP on any port', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'unknown-1' }).send(get('/metrics'))
    expect(infos(recording)).toEqual(['HTTP GET /metrics'])
  })

  it('acknowledges what the other side has sent', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/'))
    connection.answer(ok('x'))
    connection.mark('close', 'out')
    connection.mark('close', 'in')
    expect(recording.dissect().map(({ acknowledged }) => acknowledged)).toEqual([
      0,
      0,
      get('/').length,
      get('/').length,
      ok('x').length + 1,
    ])
  })
})

function pieces(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  )
}
