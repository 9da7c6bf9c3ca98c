import { ETHERNET_BYTES } from '../frame.ts'
import { at, field, type Layer } from './layer.ts'

const MODELLED = { modelled: true }

/** Ethernet: modelled as a whole; loopback has no link. */
export function linkLayer(frame: Buffer): Layer {
  const address = (start: number): string => frame.toString('hex', start, start + 6).replace(/(..)(?=.)/g, '$1:')
  const type = `0x${frame.toString('hex', 12, 14)} (IPv4)`
  const fields = [
    field('ethernet-destination', address(0), at(0, 6), MODELLED),
    field('ethernet-source', address(6), at(6, 6), MODELLED),
    field('ethernet-type', type, at(12, 2), MODELLED),
  ]
  return { layer: 'link', protocol: 'Ethernet', offset: 0, length: ETHERNET_BYTES, fields }
}
