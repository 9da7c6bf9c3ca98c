import { ETHERNET_BYTES, ICMP_BYTES, IPV4_BYTES, MSS, TCP_BYTES, TCP_FLAGS, UDP_BYTES, WINDOW_SHIFT } from '../frame.ts'
import type { PacketSummary } from '../summary.ts'
import { initialSequence } from '../tcp-numbers.ts'
import { at, field, type Field, type Layer } from './layer.ts'

const MODELLED = { modelled: true }
const START = ETHERNET_BYTES + IPV4_BYTES

/** TCP or UDP: ports and lengths of data are real, the rest is modelled. `recorded` is how much of the payload is there. */
export function transportLayer(frame: Buffer, summary: PacketSummary, recorded: number): Layer {
  const sizes = [field('data-length', summary.length, null)]
  if (recorded < summary.length) sizes.push(field('data-not-recorded', summary.length - recorded, null))
  if (summary.flow.transport === 'tcp') return tcpLayer(frame, summary, sizes)
  return summary.kind === 'refused' ? icmpLayer(frame) : udpLayer(frame, sizes)
}

/** Bytes of the transport's header in this frame. */
export function transportBytes(frame: Buffer, summary: PacketSummary): number {
  // An ICMP header is as long as that of UDP.
  return summary.flow.transport === 'udp' ? UDP_BYTES : (frame.readUInt8(START + 12) >> 4) * 4
}

function tcpLayer(frame: Buffer, summary: PacketSummary, sizes: readonly Field[]): Layer {
  const length = transportBytes(frame, summary)
  const fields = [
    field('tcp-source-port', frame.readUInt16BE(START), at(START, 2)),
    field('tcp-destination-port', frame.readUInt16BE(START + 2), at(START + 2, 2)),
    field('tcp-sequence', sequence(frame, START + 4, summary, summary.forward), at(START + 4, 4), MODELLED),
    field('tcp-acknowledgement', acknowledgement(frame, summary), at(START + 8, 4), MODELLED),
    field('tcp-header-length', length, at(START + 12, 1), MODELLED),
    field('tcp-flags', flagNames(frame.readUInt8(START + 13)), at(START + 13, 1), MODELLED),
    field('tcp-window', windowText(frame), at(START + 14, 2), MODELLED),
    field('tcp-checksum', `0x${frame.toString('hex', START + 16, START + 18)}`, at(START + 16, 2), MODELLED),
    field('tcp-urgent', frame.readUInt16BE(START + 18), at(START + 18, 2), MODELLED),
  ]
  if (length > TCP_BYTES)
    fields.push(
      field(
        'tcp-options',
        `MSS ${MSS}, window scale ${WINDOW_SHIFT}`,
        at(START + TCP_BYTES, length - TCP_BYTES),
        MODELLED,
      ),
    )
  fields.push(...sizes)
  if (summary.length > MSS) fields.push(field('tcp-segments', Math.ceil(summary.length / MSS), null, MODELLED))
  return { layer: 'transport', protocol: 'TCP', offset: START, length, fields }
}

function udpLayer(frame: Buffer, sizes: readonly Field[]): Layer {
  const fields = [
    field('udp-source-port', frame.readUInt16BE(START), at(START, 2)),
    field('udp-destination-port', frame.readUInt16BE(START + 2), at(START + 2, 2)),
    field('udp-length', frame.readUInt16BE(START + 4), at(START + 4, 2)),
    field('udp-checksum', `0x${frame.toString('hex', START + 6, START + 8)}`, at(START + 6, 2), MODELLED),
    ...sizes,
  ]
  return { layer: 'transport', protocol: 'UDP', offset: START, length: UDP_BYTES, fields }
}

/** A system answers a datagram that nobody wants by ICMP, which belongs to no port of its own (RFC 792). */
function icmpLayer(frame: Buffer): Layer {
  const fields = [
    field('icmp-type', '3 (destination unreachable)', at(START, 1), MODELLED),
    field('icmp-code', '3 (port unreachable)', at(START + 1, 1), MODELLED),
    field('icmp-checksum', `0x${frame.toString('hex', START + 2, START + 4)}`, at(START + 2, 2), MODELLED),
    field('icmp-quote', '', at(START + ICMP_BYTES, frame.length - START - ICMP_BYTES), MODELLED),
  ]
  return { layer: 'transport', protocol: 'ICMP', offset: START, length: frame.length - START, fields }
}

/** The number as it stands, and counted from the connection's beginning, which is how people compare them. */
function sequence(frame: Buffer, offset: number, summary: PacketSummary, forward: boolean): string {
  const number = frame.readUInt32BE(offset)
  const relative = (number - initialSequence(summary.flow.connection, forward) + 0x1_0000_0000) % 0x1_0000_0000
  return `${number} (+${relative})`
}

function acknowledgement(frame: Buffer, summary: PacketSummary): string {
  const acknowledges = (frame.readUInt8(START + 13) & TCP_FLAGS.ACK) !== 0
  return acknowledges ? sequence(frame, START + 8, summary, !summary.forward) : '0'
}

function flagNames(flags: number): string {
  const names = Object.entries(TCP_FLAGS).filter(([, bit]) => (flags & bit) !== 0)
  return names.map(([name]) => name).join(', ')
}

/** The window of a SYN is not scaled (RFC 7323 section 2.2). */
function windowText(frame: Buffer): string {
  const window = frame.readUInt16BE(START + 14)
  const isSyn = (frame.readUInt8(START + 13) & TCP_FLAGS.SYN) !== 0
  return isSyn ? String(window) : `${window} (× ${2 ** WINDOW_SHIFT} = ${window * 2 ** WINDOW_SHIFT})`
}
