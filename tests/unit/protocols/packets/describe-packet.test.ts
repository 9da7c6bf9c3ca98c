import { describe, expect, it } from 'vitest'
import { describePacket, type PacketDetails } from '../../../../services/protocols/packets/describe-packet.ts'
import type { Field, LayerName } from '../../../../services/protocols/packets/layers/layer.ts'
import { dnsAnswer, dnsQuery, get, ok, post, Recording, sqlBody } from './lab-records.ts'

/** The details of every packet of a recording. */
function detailsOf(recording: Recording): PacketDetails[] {
  const summaries = recording.dissect()
  return recording.records.map((record, index) => {
    const summary = summaries[index]
    if (summary === undefined) throw new Error(`no summary of packet ${record.no}`)
    return describePacket(record, summary)
  })
}

function layer(details: PacketDetails | undefined, name: LayerName): readonly Field[] {
  return details?.layers.find((one) => one.layer === name)?.fields ?? []
}

function flatten(fields: readonly Field[]): Field[] {
  return fields.flatMap((one) => [one, ...flatten(one.fields)])
}

/** What a field says and the shown bytes under it, as text. */
function shown(details: PacketDetails | undefined, field: Field | undefined): string {
  if (details === undefined || field?.offset == null || field.length === null) return ''
  return details.bytes.toString('latin1', field.offset, field.offset + field.length)
}

describe('a packet with HTTP', () => {
  const recording = new Recording()
  const connection = recording.open({ from: 'client', to: 'lb-1', port: 45_000 })
  connection.handshake()
  connection.send(get('/guestbook', 'X-Test:  a b \r\n'))
  connection.answer(ok('<p>hello</p>'))
  const [handshake, request, response] = detailsOf(recording)

  it('has four layers, top down; a handshake has no application', () => {
    expect(request?.layers.map((one) => `${one.layer} ${one.protocol}`)).toEqual([
      'application HTTP',
      'transport TCP',
      'internet IPv4',
      'link Ethernet',
    ])
    expect(handshake?.layers.map((one) => one.layer)).toEqual(['transport', 'internet', 'link'])
    expect(request?.whyModelled).toBe('packets.whyModelled')
  })

  it('shows each line of the head where it stands in the bytes', () => {
    const fields = layer(request, 'application')
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['Request line', 'GET /guestbook HTTP/1.1'],
      ['Host', 'www.foobar.com:8080'],
      ['X-Test', 'a b'],
      ['End of the head', ''],
    ])
    expect(fields.map((one) => shown(request, one))).toEqual([
      'GET /guestbook HTTP/1.1\r\n',
      'Host: www.foobar.com:8080\r\n',
      'X-Test:  a b \r\n',
      '\r\n',
    ])
    expect(fields[0]?.fields.map((one) => [one.name, shown(request, one)])).toEqual([
      ['Method', 'GET'],
      ['Target', '/guestbook'],
      ['Version', 'HTTP/1.1'],
    ])
  })

  it('shows the body behind the head', () => {
    const fields = layer(response, 'application')
    expect(fields[0]?.fields.map(({ name, value }) => [name, value])).toEqual([
      ['Version', 'HTTP/1.1'],
      ['Status', '200'],
      ['Reason', 'OK'],
    ])
    const body = fields.at(-1)
    expect(body).toMatchObject({ name: 'Body', value: '12 B <p>hello</p>' })
    expect(shown(response, body)).toBe('<p>hello</p>')
  })

  it('marks what is modelled: all but ports, addresses, lengths of data and the data', () => {
    const real = request?.layers.flatMap(({ fields }) => flatten(fields)).filter(({ modelled }) => !modelled)
    const keys = real?.flatMap(({ key }) => (key !== null && /^(tcp|ip|ethernet|data)/.test(key) ? [key] : []))
    expect(keys).toEqual(['tcp-source-port', 'tcp-destination-port', 'data-length', 'ip-source', 'ip-destination'])
    expect(layer(request, 'internet').find(({ key }) => key === 'ip-source')?.value).toBe('127.10.0.2')
    expect(layer(request, 'transport').find(({ key }) => key === 'tcp-source-port')?.value).toBe('45000')
  })

  it('counts sequence numbers from the connection on, and acknowledges what came before', () => {
    const value = (details: PacketDetails | undefined, key: string): string =>
      layer(details, 'transport')
        .find((one) => one.key === key)
        ?.value.replace(/^\d+ /, '') ?? ''
    const sent = get('/guestbook', 'X-Test:  a b \r\n').length
    expect(value(handshake, 'tcp-sequence')).toBe('(+0)')
    expect(value(request, 'tcp-sequence')).toBe('(+1)')
    expect(value(request, 'tcp-acknowledgement')).toBe('(+1)')
    expect(value(response, 'tcp-acknowledgement')).toBe(`(+${1 + sent})`)
    expect(layer(handshake, 'transport').find(({ key }) => key === 'tcp-flags')?.value).toBe('SYN')
    expect(layer(request, 'transport').find(({ key }) => key === 'tcp-flags')?.value).toBe('PSH, ACK')
  })

  it('has every place inside of its layer, and layers that cover the whole frame', () => {
    for (const details of [handshake, request, response]) {
      const covered = details?.layers.reduce((sum, one) => sum + one.length, 0)
      expect(covered).toBe(details?.bytes.length)
      for (const one of details?.layers ?? [])
        for (const { offset, length } of flatten(one.fields))
          if (offset !== null) {
            expect(offset).toBeGreaterThanOrEqual(one.offset)
            expect(offset + (length ?? 0)).toBeLessThanOrEqual(one.offset + one.length)
          }
    }
    expect(request?.bytes.toString('latin1', request.payloadOffset)).toMatch(/^GET /)
  })
})

describe('messages in pieces', () => {
  it('are shown as far as they go', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    const request = get('/long')
    connection.send(request.slice(0, 15))
    connection.send(request.slice(15))
    connection.answer(ok('0123456789').slice(0, -4))
    connection.answer('6789')
    const [first, second, , last] = detailsOf(recording)
    expect(layer(first, 'application').map(({ name }) => name)).toEqual(['Request line'])
    expect(layer(second, 'application').map(({ name }) => name)).toEqual(['Head, continued', 'Host', 'End of the head'])
    expect(layer(last, 'application')).toMatchObject([{ name: 'Body', value: '4 B (6-9) 6789' }])
  })

  it('that were not recorded whole say how much is missing', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'unknown-1' }).send('x'.repeat(5000), 512)
    const [details] = detailsOf(recording)
    const transport = layer(details, 'transport')
    expect(transport.find(({ key }) => key === 'data-not-recorded')?.value).toBe('4488')
    expect(transport.find(({ key }) => key === 'tcp-segments')?.value).toBe('4')
    expect(details?.layers[0]).toMatchObject({ protocol: 'Data', length: 512 })
  })
})

describe('Hrana', () => {
  it('shows its SQL and its JSON', () => {
    const recording = new Recording()
    recording.open({ from: 'app-1', to: 'db-1' }).send(post('/v3/pipeline', sqlBody('SELECT 1')))
    const [details] = detailsOf(recording)
    expect(details?.layers[0]?.protocol).toBe('Hrana')
    const body = layer(details, 'application').at(-1)
    expect(body?.fields.map(({ name }) => name)).toEqual(['SQL', 'JSON'])
    expect(body?.fields[0]?.value).toBe('SELECT 1')
    expect(body?.fields[1]?.value).toContain('  "requests": [\n')
  })

  it('reads a body in chunks', () => {
    const recording = new Recording()
    const body = sqlBody('SELECT 2')
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const head = 'POST /v3/pipeline HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    recording.open({ from: 'app-1', to: 'db-1' }).send(head + chunked)
    expect(layer(detailsOf(recording)[0], 'application').at(-1)?.fields[0]?.value).toBe('SELECT 2')
  })
})

describe('DNS', () => {
  it('shows each field where it stands', () => {
    const recording = new Recording()
    const flow = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
    flow.send(dnsQuery())
    flow.answer(dnsAnswer())
    const [query, answer] = detailsOf(recording)
    expect(layer(query, 'application').map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'Identification: 0x0007',
      'Flags: 0x0100',
      'Questions, answers, authorities, additionals: 1, 0, 0, 0',
      'Question: A www.foobar.com',
    ])
    const record = layer(answer, 'application').find(({ key }) => key === 'dns-answer')
    expect(record?.value).toBe('A www.foobar.com 127.10.0.10')
    const data = record?.fields.find(({ key }) => key === 'dns-data')
    expect(Buffer.from(shown(answer, data), 'latin1')).toEqual(Buffer.from([127, 10, 0, 10]))
  })

  it('over TCP stands behind its length', () => {
    const recording = new Recording()
    const framed = Buffer.concat([Buffer.from([0, dnsQuery().length]), dnsQuery()])
    recording.open({ from: 'client', to: 'dns-1' }).send(framed)
    const fields = layer(detailsOf(recording)[0], 'application')
    expect(fields.map(({ key }) => key)).toEqual(['dns-length', 'dns-id', 'dns-flags', 'dns-counts', 'dns-question'])
  })

  it('that is damaged says where it stops making sense', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'dns-1', transport: 'udp' }).send(dnsQuery().subarray(0, 20))
    const fields = layer(detailsOf(recording)[0], 'application')
    expect(fields.at(-1)?.key).toBe('malformed')
  })
})

describe('signals', () => {
  it('are shown by the frame that stands for them', () => {
    const recording = new Recording()
    recording.open({ from: 'lb-1', to: 'web-1' }).mark('refused', 'out')
    recording.open({ from: 'client', to: 'dns-1', transport: 'udp' }).mark('refused', 'out')
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.mark('close', 'in')
    connection.mark('reset', 'out')
    const details = detailsOf(recording)
    const flags = details.map((one) => layer(one, 'transport').find(({ key }) => key === 'tcp-flags')?.value)
    expect(flags).toEqual(['RST, ACK', undefined, 'SYN', 'FIN, ACK', 'RST, ACK'])
    expect(details[1]?.layers[0]?.protocol).toBe('ICMP')
  })
})
