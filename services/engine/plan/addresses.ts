import type { Topology } from '../../protocols/topology/schema.ts'
import type { Platform } from '../platform/platform.ts'

/** Where hosts and services really listen. One strategy per kind of system; nothing else knows of the difference. */
export interface AddressPlan {
  /** The address that stands for a topology's address on this system. */
  addressOf(topologyAddress: string): string
  /**
   * The address behind the network card of a host, where its processes listen; null where hosts can't have cards because
   * they share one address.
   */
  innerAddressOf(topologyAddress: string): string | null
  /** The port to try first for a service. */
  portOf(host: string, port: number): number
}

/** Every address of 127.0.0.0/8 can be listened on: hosts have the addresses that the topology names. */
const loopbackRange: AddressPlan = {
  addressOf: (address) => address,
  innerAddressOf: (address) => address.replace(/^127\.10\./, '127.110.'),
  portOf: (_host, port) => port,
}

/** Ports of one host stay together, a block for each: readable, and above the usual services. */
const BLOCK_SIZE = 20
const FIRST_BLOCK = 20_000
const SMALLEST_PORT = 1024

/** Only 127.0.0.1 can be listened on (macOS): hosts share it and differ by port. */
function singleAddress(topology: Topology): AddressPlan {
  const hosts = Object.keys(topology.hosts)
  /** A host that came later has the next block; one that went keeps its own, should it come back. */
  const blockOf = (host: string): number => {
    if (!hosts.includes(host)) hosts.push(host)
    return hosts.indexOf(host)
  }
  const given = new Map<string, number>()
  return {
    addressOf: () => '127.0.0.1',
    innerAddressOf: () => null,
    portOf: (host, port) => {
      const key = `${host}:${port}`
      const known = given.get(key)
      if (known !== undefined) return known
      const block = FIRST_BLOCK + blockOf(host) * BLOCK_SIZE
      const used = [...given.keys()].filter((other) => other.startsWith(`${host}:`)).length
      const chosen = Math.max(SMALLEST_PORT, block + used)
      given.set(key, chosen)
      return chosen
    },
  }
}

/** `cards`: whether hosts get network cards, where the system has addresses enough for them. */
export function addressPlanFor(topology: Topology, platform: Pick<Platform, 'addressPlan'>, cards = true): AddressPlan {
  if (platform.addressPlan !== 'loopback-range') return singleAddress(topology)
  return cards ? loopbackRange : { ...loopbackRange, innerAddressOf: () => null }
}
