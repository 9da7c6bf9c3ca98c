import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { followStream, writeCapture, type CaptureInterface } from '../../../services/protocols/packets/index.ts'
import { itWith } from '../../tools.ts'
import { fields, tshark } from '../../tshark.ts'
import {
  dnsAnswer,
  dnsQuery,
  get,
  ok,
  PLACES,
  post,
  Recording,
  rowsBody,
  sqlBody,
  type RecordedConnection,
} from '../../unit/protocols/packets/lab-records.ts'

/** What Wireshark's engine makes of a capture of the lab: everything dissected, nothing to complain of. */

const INTERFACES: readonly CaptureInterface[] = PLACES.hosts
  .filter(({ id }) => id !== 'client')
  .map(({ id, address }) => ({ name: id, description: `NIC of ${id}`, address }))
const EPOCH_NS = 1_790_000_000_123_456_789n

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-pcapng-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function save(recording: Recording, name: string): Promise<string> {
  const file = join(folder, `${name}.pcapng`)
  const pieces = writeCapture(recording.records, {
    epochNs: EPOCH_NS,
    interfaces: INTERFACES,
    traceOf: ({ connection }) => (connection === 2 ? 3 : null),
  })
  await pipeline(Readable.from(pieces), createWriteStream(file))
  return file
}

/** A whole page: the name, the connections of all hops kept alive for some requests, a large file, orderly ends. */
function recordPage(recording: Recording, pages: number): void {
  const dns = recording.open({ from: 'client', to: 'dns-1', transport: 'udp', port: 50_000 })
  dns.send(dnsQuery())
  dns.answer(dnsAnswer())
  const hops: RecordedConnection[] = [
    recording.open({ from: 'client', to: 'lb-1' }),
    recording.open({ from: 'lb-1', to: 'web-1' }),
    recording.open({ from: 'web-1', to: 'app-1' }),
    recording.open({ from: 'app-1', to: 'db-1' }),
  ]
  for (const hop of hops) hop.handshake()
  for (let page = 0; page < pages; page += 1) {
    const [client, web, app, database] = hops
    client?.send(get(`/guestbook?page=${page}`))
    web?.send(get(`/guestbook?page=${page}`))
    app?.send(get(`/guestbook?page=${page}`))
    database?.send(post('/v3/pipeline', sqlBody('SELECT * FROM entries')))
    database?.answer(ok(rowsBody(page)))
    const answer = ok('<p>hello</p>'.repeat(page * 200))
    for (const hop of [app, web, client]) sendInReads(hop, answer)
    recording.nowNs += 250_000
  }
  for (const hop of hops) hop.mark('close', 'in')
  for (const hop of hops) hop.mark('close', 'out')
}

/** As a NIC reads a large answer: up to 64 KiB at a time. */
function sendInReads(hop: RecordedConnection | undefined, answer: string): void {
  for (let at = 0; at < answer.length; at += 65_536) hop?.answer(answer.slice(at, at + 65_536))
}

describe('a capture of 10,000 packets', () => {
  const recording = new Recording()
  let file = ''
  beforeAll(async () => {
    for (let round = 0; round < 45; round += 1) recordPage(recording, 12)
    file = await save(recording, 'many')
  })

  itWith(['tshark'], 'gives tshark nothing to complain of', async () => {
    const all = await fields(file, 'frame', ['frame.number'])
    expect(all.length).toBeGreaterThanOrEqual(10_000)
    expect(await fields(file, 'tcp.analysis.flags', ['frame.number', '_ws.expert.message'])).toEqual([])
    expect(await fields(file, '_ws.malformed || _ws.short || _ws.unreassembled', ['frame.number'])).toEqual([])
    const bad = 'ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0'
    expect(await fields(file, bad, ['frame.number'])).toEqual([])
    // What was not checked at all would have passed as well.
    const checked = 'ip.checksum.status == 1 && (tcp.checksum.status == 1 || udp.checksum.status == 1)'
    expect((await fields(file, checked, ['frame.number'])).length).toBe(all.length)
  })

  itWith(['tshark'], 'is in order: times rise strictly, to the nanosecond', async () => {
    const times = (await fields(file, 'frame', ['frame.time_epoch'])).map(([time]) =>
      BigInt((time ?? '').replace('.', '')),
    )
    expect(times.length).toBeGreaterThanOrEqual(10_000)
    expect(times.findIndex((time, index) => index > 0 && time <= (times[index - 1] ?? 0n))).toBe(-1)
    expect(times[0]).toBe(EPOCH_NS + BigInt(recording.records[0]?.timeNs ?? 0))
  })

  itWith(['tshark'], 'has every connection complete, and each request with its answer', async () => {
    const requests = await fields(file, 'http.request', ['http.request.method', 'http.request.uri'])
    const answers = await fields(file, 'http.response', ['http.response.code', 'http.request_in'])
    expect(requests).toHaveLength(45 * 12 * 4)
    expect(answers).toHaveLength(45 * 12 * 4)
    expect(answers.every(([status, request]) => status === '200' && request !== '')).toBe(true)
    // 31: SYN, SYN-ACK, ACK, data and FIN were all seen.
    const ends = await fields(file, 'tcp.flags.fin == 1', ['tcp.completeness'], true)
    expect(ends).toHaveLength(45 * 4 * 2)
    expect(new Set(ends.map(([mask]) => mask))).toEqual(new Set(['31']))
  })
})

describe('a capture of one page', () => {
  const recording = new Recording()
  let file = ''
  beforeAll(async () => {
    recordPage(recording, 6)
    file = await save(recording, 'page')
  })

  itWith(['tshark'], 'has DNS and HTTP dissected on the ports of the lab', async () => {
    const dns = await fields(file, 'dns', ['dns.flags.response', 'dns.qry.name', 'dns.a'])
    expect(dns).toEqual([
      ['0', 'www.foobar.com', ''],
      ['1', 'www.foobar.com', '127.10.0.10'],
    ])
    const requests = await fields(file, 'http.request && tcp.dstport == 8090', ['ip.src', 'ip.dst', 'http.request.uri'])
    expect(requests[0]).toEqual(['127.10.0.21', '127.10.0.30', '/v3/pipeline'])
  })

  itWith(['tshark'], 'names its NICs, its traces, and what is modelled', async () => {
    const [query] = await fields(file, 'dns', ['frame.interface_name', 'frame.interface_description', 'frame.comment'])
    expect(query).toEqual(['ns-1', 'NIC of ns-1', 'modelled headers'])
    const [request] = await fields(file, 'http.request && tcp.dstport == 8080 && ip.dst == 127.10.0.10', [
      'frame.interface_name',
      'frame.comment',
      'eth.src',
    ])
    expect(request).toEqual(['balancer-1', 'trace 3; modelled headers', '02:00:7f:0a:00:02'])
  })

  itWith(['tshark'], 'follows its streams to the very bytes that were sent', async () => {
    const stream = (await fields(file, 'tcp.srcport == 8080 && ip.src == 127.10.0.10', ['tcp.stream']))[0]?.[0]
    const raw = await tshark(file, ['-q', '-z', `follow,tcp,raw,${stream}`])
    const sent = followStream(recording.records, 2)
    const texts = { client: '', server: '' }
    for (const line of raw.split('\n').filter((one) => /^\t?[0-9a-f]+$/.test(one)))
      texts[line.startsWith('\t') ? 'server' : 'client'] += Buffer.from(line.trim(), 'hex').toString('utf8')
    for (const side of ['client', 'server'] as const)
      expect(texts[side]).toBe(sent.chunks.flatMap(({ from, text }) => (from === side ? [text] : [])).join(''))
    expect(texts.server.length).toBeGreaterThan(30_000)
  })
})

describe('what does not end well', () => {
  itWith(['tshark'], 'is shown as it was: refused, reset, unreachable', async () => {
    const recording = new Recording()
    recording.open({ from: 'lb-1', to: 'web-1' }).mark('refused', 'out')
    const reset = recording.open({ from: 'lb-1', to: 'web-2' })
    reset.handshake()
    reset.send(get('/slow'))
    reset.mark('reset', 'out')
    reset.mark('reset', 'in')
    const dns = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    dns.send(dnsQuery())
    dns.mark('refused', 'out')
    const file = await save(recording, 'failures')
    expect(await fields(file, 'tcp.flags.reset == 1', ['ip.src', 'tcp.seq', 'tcp.ack'])).toEqual([
      ['127.10.0.21', '1', '1'],
      ['127.10.0.22', '1', String(get('/slow').length + 1)],
    ])
    expect(await fields(file, 'icmp', ['icmp.type', 'icmp.code', 'udp.dstport'])).toEqual([['3', '3', '8053']])
    expect(
      await fields(file, '_ws.malformed || ip.checksum.status == 0 || icmp.checksum.status == 0', ['frame.number']),
    ).toEqual([])
  })

  itWith(['tshark'], 'a cut payload is a packet that was longer on the wire', async () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/'))
    connection.answer(ok('x'.repeat(4000)), 512)
    connection.send(get('/again'))
    const file = await save(recording, 'cut')
    const segments = await fields(file, 'tcp.srcport == 8080 && tcp.len > 0', ['frame.len', 'frame.cap_len'])
    expect(segments[0]).toEqual(['1514', String(54 + 512)])
    expect(segments[1]).toEqual(['1514', '54'])
    expect(await fields(file, 'tcp.analysis.flags || _ws.malformed', ['frame.number'])).toEqual([])
  })

  itWith(['tshark'], 'a recording that begins in the middle of connections needs no excuse', async () => {
    const recording = new Recording()
    recordPage(recording, 8)
    recording.records.splice(0, 40)
    const file = await save(recording, 'middle')
    const flags = 'tcp.analysis.retransmission || tcp.analysis.out_of_order || tcp.analysis.lost_segment'
    expect(await fields(file, flags, ['frame.number'])).toEqual([])
  })

  itWith(['tshark'], 'large answers, binary bodies and many reads at once stay quiet too', async () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/big.bin'))
    const body = randomBytes(2 * 1024 * 1024)
    connection.answer(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`)
    for (let at = 0; at < body.length; at += 65_536) connection.answer(body.subarray(at, at + 65_536))
    connection.mark('close', 'out')
    connection.mark('close', 'in')
    const file = await save(recording, 'large')
    expect(await fields(file, 'tcp.analysis.flags || _ws.malformed', ['frame.number', '_ws.expert.message'])).toEqual(
      [],
    )
    const [answer] = await fields(file, 'http.response', ['http.content_length', 'http.file_data'])
    expect(answer?.[0]).toBe(String(body.length))
  })
})
