import { expect, it } from 'vitest'
import { packetChanges } from '../../../../../renderer/src/panels/step/packet-diff.ts'
import type { PacketField, PacketView } from '../../../../../services/contract/index.ts'

function line(name: string, value: string, key: string | null = null): PacketField {
  return { name, key, value, offset: null, length: null, modelled: false, fields: [] }
}

function view(protocol: string, lines: readonly PacketField[], port: string): PacketView {
  const layer = { offset: 0, length: 0 }
  const row = {} as PacketView['row']
  return {
    row,
    layers: [
      { ...layer, layer: 'application', protocol, fields: lines },
      {
        ...layer,
        layer: 'transport',
        protocol: 'TCP',
        fields: [line('Source port', port, 'tcp-source-port'), line('Checksum', port, 'tcp-checksum')],
      },
      { ...layer, layer: 'link', protocol: 'Ethernet', fields: [line('Source', port, 'ethernet-source')] },
    ],
    bytes: '',
    payloadOffset: 0,
  }
}

const BEFORE = view('HTTP', [line('Host', 'a'), line('Connection', 'close'), line('Via', '1.1 x')], '40001')
const AFTER = view('HTTP', [line('host', 'a'), line('X-Forwarded-For', '127.10.0.2'), line('Via', '1.1 y')], '40002')

it('finds header lines that came, changed and went, and new ports; not what is modelled', () => {
  expect(packetChanges(BEFORE, AFTER, true)).toMatchObject([
    { name: 'X-Forwarded-For', before: null, after: '127.10.0.2' },
    { name: 'Via', before: '1.1 x', after: '1.1 y' },
    { name: 'Connection', before: 'close', after: null },
    { name: 'Source port', before: '40001', after: '40002' },
  ])
})

it('compares only addresses and ports of messages of different kinds', () => {
  expect(packetChanges(BEFORE, AFTER, false).map(({ name }) => name)).toEqual(['Source port'])
  expect(packetChanges(BEFORE, view('Hrana', [], '40001'), true)).toEqual([])
})

it('tells lines of one name apart by their order', () => {
  const twice = view('HTTP', [line('Via', '1.1 x'), line('Via', '1.1 y')], '40001')
  const changes = packetChanges(view('HTTP', [line('Via', '1.1 x')], '40001'), twice, true)
  expect(changes).toMatchObject([{ name: 'Via', before: null, after: '1.1 y' }])
})
