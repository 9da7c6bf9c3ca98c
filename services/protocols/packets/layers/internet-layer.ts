import { formatIpv4 } from '../../dns/ip-address.ts'
import { ETHERNET_BYTES, IP_PROTOCOLS, IPV4_BYTES } from '../frame.ts'
import { at, field, type Layer } from './layer.ts'

const MODELLED = { modelled: true }
const START = ETHERNET_BYTES

/** IPv4: the addresses are real, the rest is modelled. */
export function internetLayer(frame: Buffer): Layer {
  const address = (start: number): string => formatIpv4(frame.subarray(start, start + 4))
  const total = frame.readUInt16BE(START + 2)
  const protocol = frame.readUInt8(START + 9)
  const fields = [
    field('ip-version', 4, at(START, 1), MODELLED),
    field('ip-header-length', IPV4_BYTES, at(START, 1), MODELLED),
    field('ip-service', 0, at(START + 1, 1), MODELLED),
    field('ip-total-length', total, at(START + 2, 2), MODELLED),
    field('ip-identification', frame.readUInt16BE(START + 4), at(START + 4, 2), MODELLED),
    field('ip-flags', 'DF, 0', at(START + 6, 2), MODELLED),
    field('ip-ttl', frame.readUInt8(START + 8), at(START + 8, 1), MODELLED),
    field('ip-protocol', `${protocol} (${protocolName(protocol)})`, at(START + 9, 1), MODELLED),
    field('ip-checksum', `0x${frame.toString('hex', START + 10, START + 12)}`, at(START + 10, 2), MODELLED),
    field('ip-source', address(START + 12), at(START + 12, 4)),
    field('ip-destination', address(START + 16), at(START + 16, 4)),
  ]
  return { layer: 'internet', protocol: 'IPv4', offset: START, length: IPV4_BYTES, fields }
}

function protocolName(protocol: number): string {
  const [name = ''] = Object.entries(IP_PROTOCOLS).find(([, number]) => number === protocol) ?? []
  return name.toUpperCase()
}
