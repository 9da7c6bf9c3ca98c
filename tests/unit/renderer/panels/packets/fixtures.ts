import type { PacketField, PacketLayer, PacketRow } from '../../../../../services/contract/index.ts'

export function packetRow(no: number, part: Partial<PacketRow> = {}): PacketRow {
  return {
    no,
    timeNs: no * 1000,
    host: 'server-1',
    link: 'lb-1>web-1',
    from: 'lb-1',
    to: 'web-1',
    source: { address: '127.10.0.10', port: 40_000 },
    destination: { address: '127.10.0.21', port: 8080 },
    connection: 1,
    protocol: 'HTTP',
    kind: 'segment',
    length: 100,
    info: `GET /${no}`,
    trace: null,
    ...part,
  }
}

export function field(
  value: string,
  offset: number | null,
  length: number | null,
  part: Partial<PacketField> = {},
): PacketField {
  return { name: value, key: null, value, offset, length, modelled: false, fields: [], ...part }
}

export function layer(
  name: PacketLayer['layer'],
  offset: number,
  length: number,
  fields: readonly PacketField[],
): PacketLayer {
  return { layer: name, protocol: name, offset, length, fields }
}
