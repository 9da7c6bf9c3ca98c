import type { PacketField, PacketLayer, PacketView } from '../../../../services/contract/index.ts'
import type { FakePacket } from './fake-packets.ts'

/** A packet of the fake lab as a frame with its layers: the places and names of the real one, fewer fields. */

const ETHERNET_BYTES = 14
const IPV4_BYTES = 20
const TRANSPORT = ETHERNET_BYTES + IPV4_BYTES

export function drawFrame({ row, payload }: FakePacket): PacketView {
  const isUdp = row.kind === 'datagram'
  const headerBytes = isUdp ? 8 : 20
  const payloadOffset = TRANSPORT + headerBytes
  const bytes = new Uint8Array(payloadOffset + payload.length)
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, bytes.length - ETHERNET_BYTES, 0, 0, 0x40, 0, 64])
  bytes[ETHERNET_BYTES + 9] = isUdp ? 17 : 6
  bytes.set(row.source.address.split('.').map(Number), ETHERNET_BYTES + 12)
  bytes.set(row.destination.address.split('.').map(Number), ETHERNET_BYTES + 16)
  bytes.set([row.source.port >> 8, row.source.port & 255], TRANSPORT)
  bytes.set([row.destination.port >> 8, row.destination.port & 255], TRANSPORT + 2)
  bytes.set(
    [...payload].map((character) => character.charCodeAt(0)),
    payloadOffset,
  )
  const application = applicationLayer({ row, payload }, payloadOffset)
  const layers = [...(application ? [application] : []), transportLayer(row, isUdp), internetLayer(row), LINK_LAYER]
  return { row, layers, bytes: btoa(String.fromCharCode(...bytes)), payloadOffset }
}

function field(
  key: string | null,
  name: string,
  value: string | number,
  offset: number | null,
  length: number | null,
  more: Partial<PacketField> = {},
): PacketField {
  return { name, key, value: String(value), offset, length, modelled: false, fields: [], ...more }
}

function applicationLayer({ row, payload }: FakePacket, offset: number): PacketLayer | null {
  if (payload === '') return null
  const fields =
    row.protocol === 'DNS'
      ? [
          field('dns-id', 'Identification', '0x1234', offset, 2),
          field('dns-flags', 'Flags', '0x0100', offset + 2, 2),
          field('dns-question', 'Question', 'www.foobar.com A IN', offset + 4, 14),
        ]
      : httpFields(payload, offset)
  return { layer: 'application', protocol: row.protocol, offset, length: payload.length, fields }
}

function httpFields(payload: string, base: number): PacketField[] {
  const fields: PacketField[] = []
  const [head = '', ...rest] = payload.split('\r\n\r\n')
  let offset = base
  for (const [at, line] of head.split('\r\n').entries()) {
    const length = line.length + 2
    const [name = '', ...value] = line.split(': ')
    if (at > 0) fields.push(field(null, name, value.join(': '), offset, length))
    else fields.push(startLine(line, offset, length))
    offset += length
  }
  const body = rest.join('\r\n\r\n')
  fields.push(field('http-head-end', 'End of the head', '', offset, 2))
  if (body !== '') fields.push(field('http-body', 'Body', `${body.length} B ${body}`, offset + 2, body.length))
  return fields
}

function startLine(line: string, offset: number, length: number): PacketField {
  const isAnswer = line.startsWith('HTTP/')
  const keys = isAnswer
    ? ['http-version', 'http-status', 'http-reason']
    : ['http-method', 'http-target', 'http-version']
  let start = offset
  const words = line.split(' ').map((word, at) => {
    const one = field(keys[at] ?? null, keys[at] ?? '', word, start, word.length)
    start += word.length + 1
    return one
  })
  const key = isAnswer ? 'http-status-line' : 'http-request-line'
  return field(key, key, line, offset, length, { fields: words })
}

const MODELLED = { modelled: true }

function transportLayer(row: FakePacket['row'], isUdp: boolean): PacketLayer {
  const name = isUdp ? 'udp' : 'tcp'
  const ports = [
    field(`${name}-source-port`, 'Source port', row.source.port, TRANSPORT, 2),
    field(`${name}-destination-port`, 'Destination port', row.destination.port, TRANSPORT + 2, 2),
  ]
  const fields = isUdp
    ? [...ports, field('udp-length', 'Length', row.length + 8, TRANSPORT + 4, 2)]
    : [
        ...ports,
        field('tcp-sequence', 'Sequence number', `${row.no * 1000} (+1)`, TRANSPORT + 4, 4, MODELLED),
        field('tcp-acknowledgement', 'Acknowledgement number', `${row.no * 900} (+1)`, TRANSPORT + 8, 4, MODELLED),
        field('tcp-flags', 'Flags', row.kind === 'close' ? 'FIN, ACK' : 'PSH, ACK', TRANSPORT + 13, 1, MODELLED),
        field('tcp-window', 'Window', '512 (× 128 = 65536)', TRANSPORT + 14, 2, MODELLED),
      ]
  const size = field('data-length', 'Bytes of data', row.length, null, null)
  return {
    layer: 'transport',
    protocol: isUdp ? 'UDP' : 'TCP',
    offset: TRANSPORT,
    length: isUdp ? 8 : 20,
    fields: [...fields, size],
  }
}

function internetLayer({ source, destination }: FakePacket['row']): PacketLayer {
  return {
    layer: 'internet',
    protocol: 'IPv4',
    offset: ETHERNET_BYTES,
    length: IPV4_BYTES,
    fields: [
      field('ip-version', 'Version', 4, ETHERNET_BYTES, 1, MODELLED),
      field('ip-ttl', 'Time to live', 64, ETHERNET_BYTES + 8, 1, MODELLED),
      field('ip-source', 'Source address', source.address, ETHERNET_BYTES + 12, 4),
      field('ip-destination', 'Destination address', destination.address, ETHERNET_BYTES + 16, 4),
    ],
  }
}

const LINK_LAYER: PacketLayer = {
  layer: 'link',
  protocol: 'Ethernet',
  offset: 0,
  length: ETHERNET_BYTES,
  fields: [
    field('ethernet-destination', 'Destination address', '02:00:00:00:00:02', 0, 6, MODELLED),
    field('ethernet-source', 'Source address', '02:00:00:00:00:01', 6, 6, MODELLED),
    field('ethernet-type', 'Type', '0x0800 (IPv4)', 12, 2, MODELLED),
  ],
}
