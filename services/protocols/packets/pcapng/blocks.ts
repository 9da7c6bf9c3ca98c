import { macAddress } from '../frame.ts'
import { parseIpv4 } from '../../dns/ip-address.ts'

/**
 * The blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng, "PCAP Now Generic"): section header, interface description,
 * enhanced packet. Little-endian throughout, which the section's byte-order magic says.
 */

const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const VERSION_MAJOR = 1
/** "Not known": the section is written as it comes. */
const LENGTH_UNKNOWN = -1n
const LINKTYPE_ETHERNET = 1
/** 10^-9: time stamps count nanoseconds. */
const NANOSECONDS = 9

/** Option codes; some belong to one kind of block only. */
const OPTION = {
  comment: 1,
  sectionApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceIpv4: 4,
  interfaceMac: 6,
  interfaceTimeResolution: 9,
  packetFlags: 2,
} as const

type Option = readonly [code: number, value: Buffer]

export interface CaptureInterface {
  readonly name: string
  readonly description: string
  readonly address: string
}

export interface CapturedFrame {
  readonly interfaceId: number
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint
  readonly frame: Buffer
  /** Bytes on the wire; more than `frame` has when it was cut. */
  readonly originalLength: number
  /** Seen from the interface. */
  readonly inbound: boolean
  readonly comment: string
}

export function sectionBlock(application: string, comment: string): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0)
  body.writeUInt16LE(VERSION_MAJOR, 4)
  body.writeBigInt64LE(LENGTH_UNKNOWN, 8)
  return block(BLOCK.section, [
    body,
    options([
      [OPTION.comment, Buffer.from(comment)],
      [OPTION.sectionApplication, Buffer.from(application)],
    ]),
  ])
}

export function interfaceBlock(nic: CaptureInterface): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt16LE(LINKTYPE_ETHERNET, 0)
  const address = parseIpv4(nic.address)
  const list: Option[] = [
    [OPTION.interfaceName, Buffer.from(nic.name)],
    [OPTION.interfaceDescription, Buffer.from(nic.description)],
  ]
  if (address !== null) {
    // The address and its mask: a link between two hosts needs no wider one.
    list.push([OPTION.interfaceIpv4, Buffer.concat([address, Buffer.alloc(4, 0xff)])])
    list.push([OPTION.interfaceMac, macAddress(nic.address)])
  }
  list.push([OPTION.interfaceTimeResolution, Buffer.from([NANOSECONDS])])
  return block(BLOCK.interface, [body, options(list)])
}

/** Of an enhanced packet block: type, length, interface, time, the two lengths of the packet. */
const PACKET_HEAD_BYTES = 28

/** Written in one go: nearly all of a file are these. */
export function packetBlock(captured: CapturedFrame): Buffer {
  const { frame } = captured
  const list = packetOptions(captured.inbound, captured.comment)
  const optionsAt = PACKET_HEAD_BYTES + frame.length + padding(frame.length).length
  const length = optionsAt + list.length + 4
  const bytes = Buffer.allocUnsafe(length)
  bytes.writeUInt32LE(BLOCK.packet, 0)
  bytes.writeUInt32LE(length, 4)
  bytes.writeUInt32LE(captured.interfaceId, 8)
  bytes.writeUInt32LE(Number(captured.timeNs >> 32n), 12)
  bytes.writeUInt32LE(Number(captured.timeNs & 0xffff_ffffn), 16)
  bytes.writeUInt32LE(frame.length, 20)
  bytes.writeUInt32LE(captured.originalLength, 24)
  bytes.set(frame, PACKET_HEAD_BYTES)
  bytes.fill(0, PACKET_HEAD_BYTES + frame.length, optionsAt)
  bytes.set(list, optionsAt)
  bytes.writeUInt32LE(length, length - 4)
  return bytes
}

/** Comments name traces: few at a time, on many packets each. */
const KNOWN_COMMENTS = 256
const knownOptions = new Map<string, Buffer>()

function packetOptions(inbound: boolean, comment: string): Buffer {
  const key = `${inbound ? 'in' : 'out'} ${comment}`
  const known = knownOptions.get(key)
  if (known !== undefined) return known
  const flags = Buffer.from([inbound ? 1 : 2, 0, 0, 0])
  const found = options([
    [OPTION.comment, Buffer.from(comment)],
    [OPTION.packetFlags, flags],
  ])
  if (knownOptions.size >= KNOWN_COMMENTS) knownOptions.clear()
  knownOptions.set(key, found)
  return found
}

/** Type, length, body, and the length again, so that a file can be read backwards. */
function block(type: number, body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 12)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(type, 0)
  head.writeUInt32LE(length, 4)
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(length, 0)
  return Buffer.concat([head, ...body, tail], length)
}

/** Each option is filled up to a multiple of 4 bytes; the list ends with code 0. */
function options(list: readonly Option[]): Buffer {
  const parts = list.flatMap(([code, value]) => {
    const head = Buffer.alloc(4)
    head.writeUInt16LE(code, 0)
    head.writeUInt16LE(value.length, 2)
    return [head, value, padding(value.length)]
  })
  return Buffer.concat([...parts, Buffer.alloc(4)])
}

const PADDINGS = [0, 3, 2, 1].map((length) => Buffer.alloc(length))

function padding(length: number): Buffer {
  return PADDINGS[length % 4] ?? Buffer.alloc(0)
}
