import { describe, expect, it } from 'vitest'
import {
  ETHERNET_BYTES,
  IPV4_BYTES,
  macAddress,
  MSS,
  NO_PAYLOAD,
  TCP_FLAGS,
  tcpFrame,
  udpFrame,
} from '../../../../services/protocols/packets/frame.ts'

const ENDS = { from: { address: '127.10.0.2', port: 45_000 }, to: { address: '127.10.0.10', port: 8080 } }
const IP = ETHERNET_BYTES
const TRANSPORT = ETHERNET_BYTES + IPV4_BYTES

/** RFC 1071: a sum over everything, the checksum included, has all bits set. Written another way than the code's. */
function verifies(bytes: Buffer, pseudo: readonly number[] = []): boolean {
  const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])
  let sum = pseudo.reduce((total, word) => total + word, 0)
  for (let at = 0; at < padded.length; at += 2) sum += padded.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum === 0xffff
}

function pseudoHeader(frame: Buffer, protocol: number): number[] {
  const words = [IP + 12, IP + 14, IP + 16, IP + 18].map((at) => frame.readUInt16BE(at))
  return [...words, protocol, frame.length - TRANSPORT]
}

describe('frames', () => {
  it.each([0, 1, 2, 3, MSS, 65_400])('have right checksums around %i bytes', (length) => {
    const payload = { bytes: Buffer.alloc(length, 0xab), length }
    const tcp = tcpFrame(ENDS, { sequence: 2 ** 32 - 1, acknowledgement: 7, flags: TCP_FLAGS.ACK }, payload)
    const udp = udpFrame(ENDS, payload)
    for (const frame of [tcp, udp]) expect(verifies(frame.subarray(IP, TRANSPORT))).toBe(true)
    expect(verifies(tcp.subarray(TRANSPORT), pseudoHeader(tcp, 6))).toBe(true)
    expect(verifies(udp.subarray(TRANSPORT), pseudoHeader(udp, 17))).toBe(true)
  })

  it('leave checksums over bytes that were not recorded at 0, but say the lengths of the wire', () => {
    const payload = { bytes: Buffer.alloc(10), length: 100 }
    const udp = udpFrame(ENDS, payload)
    expect(udp.readUInt16BE(TRANSPORT + 6)).toBe(0)
    expect(udp.readUInt16BE(TRANSPORT + 4)).toBe(108)
    expect(udp.readUInt16BE(IP + 2)).toBe(128)
    expect(udp.length).toBe(TRANSPORT + 8 + 10)
    const tcp = tcpFrame(ENDS, { sequence: 0, acknowledgement: 0, flags: TCP_FLAGS.ACK }, payload)
    expect(tcp.readUInt16BE(TRANSPORT + 16)).toBe(0)
  })

  it('write a length that does not fit as 0', () => {
    const payload = { bytes: new Uint8Array(70_000), length: 70_000 }
    const tcp = tcpFrame(ENDS, { sequence: 0, acknowledgement: 0, flags: TCP_FLAGS.ACK }, payload)
    expect(tcp.readUInt16BE(IP + 2)).toBe(0)
  })

  it('offer segment size and window scale in a SYN only', () => {
    const syn = tcpFrame(ENDS, { sequence: 1, acknowledgement: 0, flags: TCP_FLAGS.SYN }, NO_PAYLOAD)
    const ack = tcpFrame(ENDS, { sequence: 1, acknowledgement: 0, flags: TCP_FLAGS.ACK }, NO_PAYLOAD)
    expect(syn.length - ack.length).toBe(8)
    expect(verifies(syn.subarray(TRANSPORT), pseudoHeader(syn, 6))).toBe(true)
  })

  it('have addresses from which the host can be read', () => {
    expect(macAddress('127.10.0.21').toString('hex')).toBe('02007f0a0015')
    expect(() => macAddress('nowhere')).toThrow(TypeError)
  })
})
