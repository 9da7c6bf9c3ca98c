import { readChoice, readFields, readInteger, readNumber, readText, type Fields } from './fields.ts'

/** Faults of the network, as the NIC is told of them: what is broken, where, and which way. */

export const WIRE_FAULT_KINDS = ['unplug', 'refuse', 'reset', 'latency', 'bandwidth', 'fail-next', 'loss'] as const

export type WireFaultOrder =
  /** Silence: nothing arrives. */
  | { readonly kind: 'unplug' }
  /** Who calls is refused at once. */
  | { readonly kind: 'refuse' }
  /** Connections are reset, also those that stand. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly kind: 'fail-next'; readonly count: number }
  | { readonly kind: 'loss'; readonly percent: number }

export const WIRE_DIRECTIONS = ['both', 'forward', 'back'] as const
export type WireDirection = (typeof WIRE_DIRECTIONS)[number]

export type WirePlace =
  /**
   * From a host (null: the client) to a service. `only`: nobody else calls it. `forward` is from the caller to the
   * service.
   */
  | { readonly on: 'link'; readonly from: string | null; readonly service: string; readonly only: boolean }
  /** All that goes in and out of a host; what its own services say to each other is inside. `forward` is into the host. */
  | { readonly on: 'host'; readonly host: string }

export interface WireFault {
  /** The number by which it is cleared. */
  readonly fault: number
  readonly place: WirePlace
  readonly direction: WireDirection
  readonly order: WireFaultOrder
}

/** What a fault was seen to do since it was set. */
export interface WireFigures {
  readonly fault: number
  /** Median of how long the last pieces were under way because of it, in ms; null: none was. */
  readonly delayMs: number | null
  /** What came through in the last part of a second in which something did; null: nothing yet. */
  readonly bytesPerSecond: number | null
  /** Connections that were refused. */
  readonly refused: number
  /** Connections that were reset. */
  readonly reset: number
  /** Pieces that did not arrive; of TCP, those that would have been sent again. */
  readonly dropped: number
  readonly passed: number
}

const MAX_MS = 60_000
const MAX_BYTES_PER_SECOND = 1e11
const MAX_COUNT = 1_000_000

/** Throws `NicFormatError` naming the place. */
export function readWireFault(value: unknown, where: string): WireFault {
  const fields = readFields(value, where)
  return {
    fault: readInteger(fields['fault'], `${where}.fault`, 1, Number.MAX_SAFE_INTEGER),
    place: readPlace(readFields(fields['place'], `${where}.place`), `${where}.place`),
    direction: readChoice(fields['direction'], `${where}.direction`, WIRE_DIRECTIONS),
    order: readOrder(readFields(fields['order'], `${where}.order`), `${where}.order`),
  }
}

function readPlace(fields: Fields, where: string): WirePlace {
  if (readChoice(fields['on'], `${where}.on`, ['link', 'host'] as const) === 'host')
    return { on: 'host', host: readText(fields['host'], `${where}.host`) }
  return {
    on: 'link',
    from: fields['from'] === null ? null : readText(fields['from'], `${where}.from`),
    service: readText(fields['service'], `${where}.service`),
    only: fields['only'] === true,
  }
}

function readOrder(fields: Fields, where: string): WireFaultOrder {
  const kind = readChoice(fields['kind'], `${where}.kind`, WIRE_FAULT_KINDS)
  switch (kind) {
    case 'unplug':
    case 'refuse':
    case 'reset':
      return { kind }
    case 'latency':
      return {
        kind,
        ms: readNumber(fields['ms'], `${where}.ms`, 0, MAX_MS),
        jitterMs: readNumber(fields['jitterMs'], `${where}.jitterMs`, 0, MAX_MS),
      }
    case 'bandwidth':
      return {
        kind,
        bytesPerSecond: readNumber(fields['bytesPerSecond'], `${where}.bytesPerSecond`, 1, MAX_BYTES_PER_SECOND),
      }
    case 'fail-next':
      return { kind, count: readInteger(fields['count'], `${where}.count`, 1, MAX_COUNT) }
    case 'loss':
      return { kind, percent: readNumber(fields['percent'], `${where}.percent`, 0, 100) }
  }
}
