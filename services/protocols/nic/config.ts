import {
  DEFAULT_RING_BYTES,
  MAX_RING_BYTES,
  MIN_RING_BYTES,
  RECORDING_MODES,
  type RecordingMode,
} from '../../contract/network.ts'
import { readWireFault, type WireFault } from './faults.ts'
import { expected, NicFormatError, readChoice, readFields, readInteger, readList, readText } from './fields.ts'
import { isLoopback } from './ipv4.ts'

export { DEFAULT_RING_BYTES, RECORDING_MODES, type RecordingMode }

/** What the NIC program is told at its start: the hosts of a lab and the ports that their services listen on. */

export const TRANSPORTS = ['tcp', 'udp'] as const
export type Transport = (typeof TRANSPORTS)[number]

export interface NicHost {
  readonly id: string
  /** The address that the host has on the lab's network; the NIC listens there. */
  readonly outer: string
  /** The address behind the NIC, where the host's processes listen. */
  readonly inner: string
}

export interface NicPort {
  readonly host: string
  readonly service: string
  readonly transport: Transport
  readonly port: number
}

export interface NicConfig {
  readonly hosts: readonly NicHost[]
  readonly ports: readonly NicPort[]
  readonly recording: RecordingMode
  readonly ringBytes: number
  /** What is broken from the start: a NIC that is started anew finds the lab as it was. */
  readonly faults: readonly WireFault[]
}

/** Reads parsed JSON; `recording`, `ringBytes` and `faults` may be left out. Throws `NicFormatError` naming the place. */
export function readNicConfig(value: unknown): NicConfig {
  const fields = readFields(value, 'the configuration')
  const hosts = readList(fields['hosts'], 'hosts', readHost)
  const ports = readList(fields['ports'], 'ports', readPort)
  checkHosts(hosts)
  checkPorts(ports, hosts)
  return {
    hosts,
    ports,
    recording: readRecordingMode(fields['recording'] ?? 'full', 'recording'),
    ringBytes: readRingBytes(fields['ringBytes'] ?? DEFAULT_RING_BYTES, 'ringBytes'),
    faults: readList(fields['faults'] ?? [], 'faults', readWireFault),
  }
}

export function readRecordingMode(value: unknown, place: string): RecordingMode {
  return readChoice(value, place, RECORDING_MODES)
}

export function readRingBytes(value: unknown, place: string): number {
  return readInteger(value, place, MIN_RING_BYTES, MAX_RING_BYTES)
}

export function readHost(value: unknown, place: string): NicHost {
  const fields = readFields(value, place)
  return {
    id: readText(fields['id'], `${place}.id`),
    outer: readAddress(fields['outer'], `${place}.outer`),
    inner: readAddress(fields['inner'], `${place}.inner`),
  }
}

function readAddress(value: unknown, place: string): string {
  if (typeof value !== 'string' || !isLoopback(value))
    throw expected(place, 'a loopback address (127.x.x.x): Hoplab listens nowhere else', value)
  return value
}

export function readPort(value: unknown, place: string): NicPort {
  const fields = readFields(value, place)
  return {
    host: readText(fields['host'], `${place}.host`),
    service: readText(fields['service'], `${place}.service`),
    transport: readChoice(fields['transport'], `${place}.transport`, TRANSPORTS),
    port: readInteger(fields['port'], `${place}.port`, 1, 65535),
  }
}

/** An address belongs to one host: by it the NIC knows who sends. */
function checkHosts(hosts: readonly NicHost[]): void {
  const ids = new Set<string>()
  const addresses = new Set<string>()
  hosts.forEach((host, index) => {
    if (ids.has(host.id)) throw new NicFormatError(`hosts[${index}].id`, `"${host.id}" is there twice`)
    ids.add(host.id)
    for (const address of [host.outer, host.inner]) {
      if (addresses.has(address)) throw new NicFormatError(`hosts[${index}]`, `${address} is there twice`)
      addresses.add(address)
    }
  })
}

function checkPorts(ports: readonly NicPort[], hosts: readonly NicHost[]): void {
  const seen = new Set<string>()
  ports.forEach(({ host, transport, port }, index) => {
    if (!hosts.some(({ id }) => id === host)) throw new NicFormatError(`ports[${index}].host`, `"${host}" is no host`)
    const key = `${transport} port ${port} of ${host}`
    if (seen.has(key)) throw new NicFormatError(`ports[${index}]`, `${key} is there twice`)
    seen.add(key)
  })
}
