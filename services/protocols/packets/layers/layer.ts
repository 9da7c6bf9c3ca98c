import type { FieldKey } from './field-names.ts'
import { FIELD_NAMES } from './field-names.ts'

/** The layers of the TCP/IP suite (RFC 1122 section 1.1.3), top down. */
export const LAYERS = ['application', 'transport', 'internet', 'link'] as const
export type LayerName = (typeof LAYERS)[number]

export interface Field {
  /** As the protocol's own document calls it. */
  readonly name: string
  /** `packets.fields.<key>` in the locale files; null for names that came with the packet (header lines). */
  readonly key: FieldKey | null
  readonly value: string
  /** Where it stands in the shown bytes; null for what follows from others. */
  readonly offset: number | null
  readonly length: number | null
  /** Whether it is modelled and not captured. */
  readonly modelled: boolean
  readonly fields: readonly Field[]
}

export interface Layer {
  readonly layer: LayerName
  readonly protocol: string
  /** Where the layer's own bytes (a header, or the application's data) stand in the shown bytes. */
  readonly offset: number
  readonly length: number
  readonly fields: readonly Field[]
}

export interface FieldPlace {
  readonly offset: number
  readonly length: number
}

interface FieldExtras {
  readonly modelled?: boolean
  readonly fields?: readonly Field[]
}

export function field(
  key: FieldKey,
  value: string | number,
  place: FieldPlace | null,
  extras: FieldExtras = {},
): Field {
  return build(FIELD_NAMES[key], key, String(value), place, extras)
}

/** A field whose name came with the packet. */
export function namedField(name: string, value: string, place: FieldPlace | null, extras: FieldExtras = {}): Field {
  return build(name, null, value, place, extras)
}

function build(
  name: string,
  key: FieldKey | null,
  value: string,
  place: FieldPlace | null,
  extras: FieldExtras,
): Field {
  const { modelled = false, fields = [] } = extras
  return { name, key, value, offset: place?.offset ?? null, length: place?.length ?? null, modelled, fields }
}

export function at(offset: number, length: number): FieldPlace {
  return { offset, length }
}
