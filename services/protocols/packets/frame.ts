import { parseIpv4 } from '../dns/ip-address.ts'
import type { Endpoint } from './record.ts'

/**
 * Whole Ethernet frames around recorded payloads (IEEE 802.3, RFC 791, RFC 9293, RFC 768, RFC 792). Addresses, ports and
 * payload are real; everything else is modelled, because sockets never show it.
 */

export const ETHERNET_BYTES = 14
export const IPV4_BYTES = 20
export const TCP_BYTES = 20
export const UDP_BYTES = 8
export const ICMP_BYTES = 8

export const TCP_FLAGS = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const

/** What Ethernet's 1500 bytes leave for TCP's data. */
export const MSS = 1460
/** Both ends offer as much as fits the field, shifted by their window scale (RFC 7323 section 2). */
export const WINDOW = 0xffff
export const WINDOW_SHIFT = 7
export const TIME_TO_LIVE = 64

const IPV4_TYPE = 0x0800
export const IP_PROTOCOLS = { icmp: 1, tcp: 6, udp: 17 } as const
const DONT_FRAGMENT = 0x4000
const MAX_LENGTH_FIELD = 0xffff

/** MSS, a no-operation and the window scale: what a SYN says (RFC 9293 section 3.2, RFC 7323 section 2.2). */
const SYN_OPTIONS = Buffer.from([2, 4, MSS >> 8, MSS & 0xff, 1, 3, 3, WINDOW_SHIFT])

export interface FrameEnds {
  readonly from: Endpoint
  readonly to: Endpoint
}

export interface TcpHeader {
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
}

/** `length` is what went over the wire; `payload` may be shorter, and then checksums over it are left 0. */
export interface FramePayload {
  readonly bytes: Uint8Array
  readonly length: number
}

export const NO_PAYLOAD: FramePayload = { bytes: new Uint8Array(0), length: 0 }

export function tcpFrame(ends: FrameEnds, header: TcpHeader, payload: FramePayload): Buffer {
  const options = (header.flags & TCP_FLAGS.SYN) !== 0 ? SYN_OPTIONS : null
  const headerBytes = TCP_BYTES + (options?.length ?? 0)
  const frame = startFrame(ends, IP_PROTOCOLS.tcp, headerBytes, payload)
  const at = ETHERNET_BYTES + IPV4_BYTES
  frame.writeUInt16BE(ends.from.port, at)
  frame.writeUInt16BE(ends.to.port, at + 2)
  frame.writeUInt32BE(header.sequence >>> 0, at + 4)
  frame.writeUInt32BE(header.acknowledgement >>> 0, at + 8)
  frame.writeUInt8((headerBytes / 4) << 4, at + 12)
  frame.writeUInt8(header.flags, at + 13)
  frame.writeUInt16BE(WINDOW, at + 14)
  options?.copy(frame, at + TCP_BYTES)
  if (isWhole(payload)) frame.writeUInt16BE(transportChecksum(frame, IP_PROTOCOLS.tcp), at + 16)
  return frame
}

export function udpFrame(ends: FrameEnds, payload: FramePayload): Buffer {
  const frame = startFrame(ends, IP_PROTOCOLS.udp, UDP_BYTES, payload)
  const at = ETHERNET_BYTES + IPV4_BYTES
  frame.writeUInt16BE(ends.from.port, at)
  frame.writeUInt16BE(ends.to.port, at + 2)
  frame.writeUInt16BE(lengthField(UDP_BYTES + payload.length), at + 4)
  // A sum of 0 is sent as its other spelling, because 0 means: none (RFC 768).
  if (isWhole(payload)) frame.writeUInt16BE(transportChecksum(frame, IP_PROTOCOLS.udp) || 0xffff, at + 6)
  return frame
}

/** "Port unreachable", with the beginning of the datagram that nobody wanted (RFC 792). `ends` are those of the answer. */
export function portUnreachableFrame(ends: FrameEnds, datagram: Buffer): Buffer {
  const quote = datagram.subarray(ETHERNET_BYTES, ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES)
  const frame = startFrame(ends, IP_PROTOCOLS.icmp, ICMP_BYTES, { bytes: quote, length: quote.length })
  const at = ETHERNET_BYTES + IPV4_BYTES
  frame.writeUInt8(3, at)
  frame.writeUInt8(3, at + 1)
  frame.writeUInt16BE(onesComplement(sumWords(frame, at, frame.length)), at + 2)
  return frame
}

/** A locally administered address that anyone can read the IPv4 address from: 02:00:7f:0a:00:15 for 127.10.0.21. */
export function macAddress(address: string): Buffer {
  return wireAddress(address).mac
}

interface WireAddress {
  readonly ipv4: Buffer
  readonly mac: Buffer
}

/** More than a lab has; strangers on loopback must not fill the memory. */
const KNOWN_ADDRESSES = 1024
const wireAddresses = new Map<string, WireAddress>()

function wireAddress(address: string): WireAddress {
  const known = wireAddresses.get(address)
  if (known !== undefined) return known
  const bytes = parseIpv4(address)
  if (bytes === null) throw new TypeError(`${address} is not an IPv4 address`)
  const found = { ipv4: Buffer.from(bytes), mac: Buffer.from([0x02, 0x00, ...bytes]) }
  if (wireAddresses.size >= KNOWN_ADDRESSES) wireAddresses.clear()
  wireAddresses.set(address, found)
  return found
}

function isWhole(payload: FramePayload): boolean {
  return payload.bytes.length === payload.length
}

/** Ethernet and IPv4 headers, room for the transport's header, and the payload in its place. */
function startFrame(ends: FrameEnds, protocol: number, transportBytes: number, payload: FramePayload): Buffer {
  const headerBytes = ETHERNET_BYTES + IPV4_BYTES + transportBytes
  const frame = Buffer.allocUnsafe(headerBytes + payload.bytes.length).fill(0, 0, headerBytes)
  const [from, to] = [wireAddress(ends.from.address), wireAddress(ends.to.address)]
  frame.set(to.mac, 0)
  frame.set(from.mac, 6)
  frame.writeUInt16BE(IPV4_TYPE, 12)
  const at = ETHERNET_BYTES
  frame.writeUInt8(0x45, at)
  frame.writeUInt16BE(lengthField(IPV4_BYTES + transportBytes + payload.length), at + 2)
  frame.writeUInt16BE(DONT_FRAGMENT, at + 6)
  frame.writeUInt8(TIME_TO_LIVE, at + 8)
  frame.writeUInt8(protocol, at + 9)
  frame.set(from.ipv4, at + 12)
  frame.set(to.ipv4, at + 16)
  frame.writeUInt16BE(onesComplement(sumWords(frame, at, at + IPV4_BYTES)), at + 10)
  frame.set(payload.bytes, headerBytes)
  return frame
}

/** A length that does not fit is written as 0, as systems do that leave cutting into segments to the network card. */
function lengthField(length: number): number {
  return length > MAX_LENGTH_FIELD ? 0 : length
}

/** Over a pseudo header of addresses, protocol and length, and everything behind the IPv4 header. */
function transportChecksum(frame: Buffer, protocol: number): number {
  const at = ETHERNET_BYTES + IPV4_BYTES
  const pseudo = sumWords(frame, ETHERNET_BYTES + 12, at) + protocol + (frame.length - at)
  return onesComplement(pseudo + sumWords(frame, at, frame.length))
}

/** The sum of 16-bit words, the last one filled up with zeros (RFC 1071). Exact for any frame: far below 2^53. */
function sumWords(bytes: Buffer, start: number, end: number): number {
  let sum = 0
  const last = end - 1
  let at = start
  for (; at < last; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  if (at === last) sum += (bytes[at] ?? 0) << 8
  return sum
}

function onesComplement(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000)
  return ~folded & 0xffff
}
